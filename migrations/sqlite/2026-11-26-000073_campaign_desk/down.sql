DELETE FROM backlog WHERE work = 'campaigns.desk';

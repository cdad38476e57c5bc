DELETE FROM backlog WHERE work = 'settings.desk';

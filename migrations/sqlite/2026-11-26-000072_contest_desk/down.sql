DELETE FROM backlog WHERE work = 'contests.desk';

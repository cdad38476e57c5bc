DELETE FROM backlog WHERE work = 'members.phones';

-- What of selections waits for judges, deciders and second persons lies on their desks; who they are, only the program
-- knows.
INSERT INTO backlog (work, subject_id)
SELECT 'campaigns.desk', id FROM campaigns WHERE state = 'open' AND archived_at IS NULL;

-- Proposals to call a contest off wait on the desk; who may confirm them, only the program knows.
INSERT INTO backlog (work, subject_id)
SELECT 'contests.desk', contest_id FROM contest_cancellations WHERE confirmed_at IS NULL;

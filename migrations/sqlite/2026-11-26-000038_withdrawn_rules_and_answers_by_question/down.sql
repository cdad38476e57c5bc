DROP INDEX challenge_answers_by_question;
DELETE FROM point_rules WHERE withdrawn_at IS NOT NULL;
ALTER TABLE point_rules DROP COLUMN withdrawn_at;

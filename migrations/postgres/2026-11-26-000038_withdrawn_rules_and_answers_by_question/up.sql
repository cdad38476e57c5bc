-- A version of a rule that was taken back keeps its number, so that no other version is ever mistaken for it.
ALTER TABLE point_rules ADD COLUMN withdrawn_at BIGINT;

-- A corrected key asks for every answer to one wording.
CREATE INDEX challenge_answers_by_question ON challenge_answers (question_id, version, run_id, seq);

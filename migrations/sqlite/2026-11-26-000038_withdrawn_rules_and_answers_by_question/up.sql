-- A version of a rule that was taken back keeps its number, so that no other version is ever mistaken for it.
ALTER TABLE point_rules ADD COLUMN withdrawn_at BIGINT;

-- One word for where something stands, in every room and through all layers.
ALTER TABLE ideas RENAME COLUMN stage TO state;
ALTER TABLE idea_steps RENAME COLUMN from_stage TO from_state;
ALTER TABLE idea_steps RENAME COLUMN to_stage TO to_state;
DROP INDEX ideas_by_stage;
CREATE INDEX ideas_by_state ON ideas (state, id);

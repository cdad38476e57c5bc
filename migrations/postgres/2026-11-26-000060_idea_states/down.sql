DROP INDEX ideas_by_state;
ALTER TABLE idea_steps RENAME COLUMN to_state TO to_stage;
ALTER TABLE idea_steps RENAME COLUMN from_state TO from_stage;
ALTER TABLE ideas RENAME COLUMN state TO stage;
CREATE INDEX ideas_by_stage ON ideas (stage, id);

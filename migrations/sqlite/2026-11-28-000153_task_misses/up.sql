-- The day on which the book of appraisal was told that a task was late; it is told once.
ALTER TABLE tasks ADD COLUMN missed_on DATE;
CREATE INDEX tasks_missed ON tasks (due_on) WHERE missed_on IS NULL AND closed_on IS NULL;
CREATE INDEX tasks_merged ON tasks (merged_into) WHERE merged_into IS NOT NULL;

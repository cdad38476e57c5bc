-- A question that was dealt before keeps its former wordings: attempts refer to the version that they answered.
ALTER TABLE questions ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Options that keep their places when a contest shuffles, and questions 不定项 of which one option may be the whole answer.
ALTER TABLE questions ADD COLUMN keep_order BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE questions ADD COLUMN any_number BOOLEAN NOT NULL DEFAULT FALSE;

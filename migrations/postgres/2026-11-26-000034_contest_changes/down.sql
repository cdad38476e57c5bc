ALTER TABLE idea_comments DROP COLUMN deleted_at;
DROP TABLE contest_cancellations;
DROP TABLE contest_extensions;

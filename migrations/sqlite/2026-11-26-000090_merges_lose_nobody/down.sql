DROP INDEX ideas_by_kept;
DROP INDEX idea_comments_by_first;
UPDATE idea_comments SET idea_id = said_about WHERE said_about IS NOT NULL;
ALTER TABLE idea_comments DROP COLUMN said_about;
DELETE FROM idea_likes WHERE former_text;
ALTER TABLE idea_likes DROP COLUMN former_text;

-- what was never let through would be seen by everybody
DELETE FROM idea_comments WHERE held_at IS NOT NULL;
ALTER TABLE idea_comments DROP COLUMN held_at;
DROP TABLE text_decisions;
DROP TABLE held_texts;

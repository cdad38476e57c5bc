ALTER TABLE study_days DROP COLUMN opened_at;

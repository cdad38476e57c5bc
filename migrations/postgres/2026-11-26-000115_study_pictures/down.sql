ALTER TABLE study_items DROP COLUMN cover_file_id;
ALTER TABLE study_items DROP COLUMN category;

-- What a study item is about, and a cover that was uploaded.
ALTER TABLE study_items ADD COLUMN category TEXT;
ALTER TABLE study_items ADD COLUMN cover_file_id BLOB;

-- How long a reading takes is what its member was told when he opened it, whatever the item says since.
ALTER TABLE study_readings ADD COLUMN minimum_seconds INTEGER NOT NULL DEFAULT 0;
UPDATE study_readings
SET minimum_seconds = (SELECT minimum_seconds FROM study_items WHERE study_items.id = study_readings.item_id)
WHERE finished_at IS NULL;

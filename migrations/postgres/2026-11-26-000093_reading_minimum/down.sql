ALTER TABLE study_readings DROP COLUMN minimum_seconds;

ALTER TABLE standings DROP COLUMN ahead_on;

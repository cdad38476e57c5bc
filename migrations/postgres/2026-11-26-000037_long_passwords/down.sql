ALTER TABLE credentials DROP COLUMN is_long;

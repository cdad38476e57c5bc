ALTER TABLE sessions DROP COLUMN seen_rotation;
ALTER TABLE sessions DROP COLUMN rotation;
ALTER TABLE credentials DROP COLUMN device_salt;

-- Device keys that change with the password, and refresh tokens that may be asked for again until their successor was seen.

-- Part of what device keys are derived from; drawn anew with each password. NULL until the password first changes.
ALTER TABLE credentials ADD COLUMN device_salt BYTEA;

-- How often the refresh token was exchanged, and up to which exchange the server has seen a token that came of it.
ALTER TABLE sessions ADD COLUMN rotation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN seen_rotation INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET rotation = 1 WHERE previous_hash IS NOT NULL;

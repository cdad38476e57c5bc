-- Where boards are by opt-in, only those are on them who have said so.
ALTER TABLE members ADD COLUMN on_boards BOOLEAN NOT NULL DEFAULT FALSE;

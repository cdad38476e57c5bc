-- Entries that members propose themselves, where the rules of a selection allow it.
ALTER TABLE campaign_entries ADD COLUMN by_member BOOLEAN NOT NULL DEFAULT FALSE;

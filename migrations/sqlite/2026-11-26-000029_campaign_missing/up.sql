-- Sources none of whose judges could score an entry, fixed when the judging begins: JSON, a list of words.
ALTER TABLE campaign_entries ADD COLUMN exempt TEXT NOT NULL DEFAULT '[]';

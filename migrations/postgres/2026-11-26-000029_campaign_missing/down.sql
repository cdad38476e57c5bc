ALTER TABLE campaign_entries DROP COLUMN exempt;

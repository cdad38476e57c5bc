ALTER TABLE campaign_entries DROP COLUMN by_member;

ALTER TABLE campaign_seals DROP COLUMN key_destroyed_at;
ALTER TABLE campaign_seals DROP COLUMN key_source;

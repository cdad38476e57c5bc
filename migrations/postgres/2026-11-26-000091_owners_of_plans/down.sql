ALTER TABLE campaign_entry_versions DROP COLUMN owner_id;

DROP TABLE campaign_bulletin_numbers;
DROP TABLE campaign_bulletins;
DROP TABLE campaign_awards;
DROP TABLE campaign_objections;
DROP TABLE campaign_decisions;
ALTER TABLE campaigns DROP COLUMN archived_at;
ALTER TABLE campaigns DROP COLUMN published_at;
ALTER TABLE campaigns DROP COLUMN decided_at;

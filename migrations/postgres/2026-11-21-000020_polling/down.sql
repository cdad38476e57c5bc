ALTER TABLE campaign_voidings DROP COLUMN flag;
DROP TABLE campaign_rewards;
DROP TABLE campaign_seals;

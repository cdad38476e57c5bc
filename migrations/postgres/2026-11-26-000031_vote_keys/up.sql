-- Under which key the ballots of a vote are sealed: `vote`, the random key of that vote alone, or `secrets`, the one that
-- follows from the secrets, for votes that were open before there were keys of their own. And when the key was destroyed.
ALTER TABLE campaign_seals ADD COLUMN key_source TEXT NOT NULL DEFAULT 'secrets';
ALTER TABLE campaign_seals ADD COLUMN key_destroyed_at BIGINT;

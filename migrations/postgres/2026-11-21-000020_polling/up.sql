-- By what a server knows, before it seals a ballot, that its key is the one of the ballots that are there.
CREATE TABLE campaign_seals (
    campaign_id BYTEA NOT NULL PRIMARY KEY REFERENCES campaigns (id),
    key_check BYTEA NOT NULL
);

-- How far the points for taking part in a vote have been given: to which member, and when to all.
CREATE TABLE campaign_rewards (
    campaign_id BYTEA NOT NULL PRIMARY KEY REFERENCES campaigns (id),
    through BYTEA,
    finished_at BIGINT
);

-- The flag that a proposal to void a ballot names, if any.
ALTER TABLE campaign_voidings ADD COLUMN flag TEXT;

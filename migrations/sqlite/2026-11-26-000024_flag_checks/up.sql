-- What was found unusual about a vote, looked for once after its closing: how much, and from when on it is counted.
CREATE TABLE campaign_flag_checks (
    campaign_id BLOB NOT NULL PRIMARY KEY REFERENCES campaigns (id),
    flags INTEGER NOT NULL,
    checked_at BIGINT NOT NULL,
    counts_from BIGINT NOT NULL
);

-- Who has looked at what was found.
CREATE TABLE campaign_flag_looks (
    campaign_id BLOB NOT NULL REFERENCES campaign_flag_checks (campaign_id),
    member_id BLOB NOT NULL,
    looked_at BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, member_id)
);

-- An open campaign is called off by two people; erased_at is when nothing was left of what its ballots said.
CREATE TABLE campaign_call_offs (
    campaign_id BLOB NOT NULL PRIMARY KEY REFERENCES campaigns (id),
    reason TEXT NOT NULL,
    proposed_by BLOB NOT NULL,
    proposed_at BIGINT NOT NULL,
    confirmed_by BLOB,
    confirmed_at BIGINT,
    erased_at BIGINT
);

-- What members have allowed: each accept of a one-time subscribe message is one message, with no end, and the platform does
-- not say how many are left.
CREATE TABLE channel_quotas (
    member_id BLOB NOT NULL,
    template TEXT NOT NULL,
    remaining INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, template)
) WITHOUT ROWID;

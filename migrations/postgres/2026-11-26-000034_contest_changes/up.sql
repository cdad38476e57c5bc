-- An open contest may last longer than announced, which is published with its reason.
CREATE TABLE contest_extensions (
    id BYTEA NOT NULL PRIMARY KEY,
    contest_id BYTEA NOT NULL REFERENCES contests (id),
    closed_before BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    made_by BYTEA NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX contest_extensions_of ON contest_extensions (contest_id, id);

-- It may be called off by two people: then it is never ranked.
CREATE TABLE contest_cancellations (
    contest_id BYTEA NOT NULL PRIMARY KEY REFERENCES contests (id),
    reason TEXT NOT NULL,
    proposed_by BYTEA NOT NULL,
    proposed_at BIGINT NOT NULL,
    confirmed_by BYTEA,
    confirmed_at BIGINT
);

-- A comment that its author took back stays as a gap while replies depend on it.
ALTER TABLE idea_comments ADD COLUMN deleted_at BIGINT;

-- An open contest may last longer than announced, which is published with its reason.
CREATE TABLE contest_extensions (
    id BLOB NOT NULL PRIMARY KEY,
    contest_id BLOB NOT NULL REFERENCES contests (id),
    closed_before BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    made_by BLOB NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX contest_extensions_of ON contest_extensions (contest_id, id);

-- It may be called off by two people: then it is never ranked.
CREATE TABLE contest_cancellations (
    contest_id BLOB NOT NULL PRIMARY KEY REFERENCES contests (id),
    reason TEXT NOT NULL,
    proposed_by BLOB NOT NULL,
    proposed_at BIGINT NOT NULL,
    confirmed_by BLOB,
    confirmed_at BIGINT
) WITHOUT ROWID;

-- A comment that its author took back stays as a gap while replies depend on it.
ALTER TABLE idea_comments ADD COLUMN deleted_at BIGINT;

-- Counted attempts at what is secret, where several servers count together without Redis. Keys are keyed hashes: nobody
-- reads from them whom or where they mean.
CREATE TABLE attempts (
    id BYTEA NOT NULL PRIMARY KEY,
    key BYTEA NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX attempts_by_key ON attempts (key, at);
CREATE INDEX attempts_by_age ON attempts (at);

-- Who succeeded where.
CREATE TABLE attempt_successes (
    key BYTEA NOT NULL,
    subject BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (key, subject)
);
CREATE INDEX attempt_successes_by_age ON attempt_successes (at);

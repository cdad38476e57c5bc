-- How far long work has come that is done in chunks; a row goes when the work is done.
CREATE TABLE chunk_cursors (
    work TEXT NOT NULL,
    subject BYTEA NOT NULL,
    after TEXT NOT NULL,
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (work, subject)
);

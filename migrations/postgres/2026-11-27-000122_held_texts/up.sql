-- What members write and nobody else sees yet.
CREATE TABLE held_texts (
    id BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id BYTEA NOT NULL,
    author_id BYTEA NOT NULL REFERENCES members (id),
    -- the author's home at that time
    unit_id BYTEA NOT NULL REFERENCES units (id),
    text TEXT NOT NULL,
    link TEXT NOT NULL,
    -- what its room needs to go on with it
    carried TEXT,
    state TEXT NOT NULL CHECK (state IN ('checking', 'waiting', 'passed', 'returned', 'taken_back')),
    -- what the platform's check said
    finding TEXT,
    hint TEXT,
    created_at BIGINT NOT NULL,
    settled_at BIGINT
);
CREATE UNIQUE INDEX held_texts_open ON held_texts (kind, subject_id) WHERE state IN ('checking', 'waiting');
CREATE INDEX held_texts_by_subject ON held_texts (kind, subject_id, id);
CREATE INDEX held_texts_by_author ON held_texts (author_id, id);
CREATE INDEX held_texts_waiting ON held_texts (unit_id, id) WHERE state = 'waiting';
CREATE INDEX held_texts_settled ON held_texts (settled_at) WHERE settled_at IS NOT NULL;

-- one to each that people decided about
CREATE TABLE text_decisions (
    text_id BYTEA NOT NULL PRIMARY KEY REFERENCES held_texts (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('pass', 'return')),
    reason TEXT,
    decided_by BYTEA NOT NULL REFERENCES members (id),
    decided_at BIGINT NOT NULL
);

-- since when nobody but its author sees a comment; NULL for what everybody sees
ALTER TABLE idea_comments ADD COLUMN held_at BIGINT;

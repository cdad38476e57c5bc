-- That a question is void: full marks for all. Proposed by one person, and so once another has confirmed it.
CREATE TABLE question_voidings (
    id BLOB NOT NULL PRIMARY KEY,
    question_id BLOB NOT NULL REFERENCES questions (id),
    version INTEGER NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    proposed_by BLOB NOT NULL,
    proposed_at BIGINT NOT NULL,
    answered_by BLOB,
    answered_at BIGINT
);
CREATE INDEX question_voidings_of ON question_voidings (question_id, id);
-- one proposal at a time about each version
CREATE UNIQUE INDEX question_voidings_open ON question_voidings (question_id, version) WHERE state = 'open';

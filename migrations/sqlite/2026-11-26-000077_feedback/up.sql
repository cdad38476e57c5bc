-- What members say, and its answers.
CREATE TABLE feedback (
    id BLOB NOT NULL PRIMARY KEY,
    member_id BLOB NOT NULL REFERENCES members (id),
    -- the member's home at that time
    unit_id BLOB NOT NULL REFERENCES units (id),
    text TEXT NOT NULL,
    -- the page of the app that it is about
    page TEXT,
    -- the last day that is not late
    due_on DATE NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX feedback_by_member ON feedback (member_id, id);
CREATE INDEX feedback_by_unit ON feedback (unit_id, id);

-- one to each
CREATE TABLE feedback_answers (
    feedback_id BLOB NOT NULL PRIMARY KEY REFERENCES feedback (id),
    member_id BLOB NOT NULL REFERENCES members (id),
    text TEXT NOT NULL,
    answered_at BIGINT NOT NULL
);

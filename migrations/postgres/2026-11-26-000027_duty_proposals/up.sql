-- Changes of privileged duties that wait for a second administrator, and what became of them.
CREATE TABLE duty_proposals (
    id BYTEA NOT NULL PRIMARY KEY,
    member_id BYTEA NOT NULL REFERENCES members (id),
    -- grant, end, or leave (which ends every duty)
    kind TEXT NOT NULL,
    -- the duty that is to end; of a grant the duty that it became
    role_id BYTEA REFERENCES roles (id),
    -- NULL for leave
    role TEXT,
    unit_id BYTEA REFERENCES units (id),
    -- the first day of a grant; NULL for the day on which it is confirmed
    from_on DATE,
    to_on DATE,
    -- NULL for the operator's command line
    proposed_by BYTEA REFERENCES members (id),
    proposed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    answered_by BYTEA REFERENCES members (id),
    answered_at BIGINT,
    -- why it was refused
    reason TEXT
);
CREATE INDEX duty_proposals_of_member ON duty_proposals (member_id, state);
CREATE INDEX duty_proposals_by_state ON duty_proposals (state, expires_at);

-- Phone numbers that members gave for themselves and that somebody who may invite them confirms.
CREATE TABLE phone_proposals (
    id BLOB NOT NULL PRIMARY KEY,
    member_id BLOB NOT NULL REFERENCES members (id),
    -- sealed for this row; erased with the answer
    number_sealed BLOB,
    proposed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    answered_by BLOB REFERENCES members (id),
    answered_at BIGINT,
    -- why it was refused
    reason TEXT
);
CREATE INDEX phone_proposals_of_member ON phone_proposals (member_id, proposed_at);
CREATE INDEX phone_proposals_by_state ON phone_proposals (state, expires_at);
-- A member waits for one number at a time.
CREATE UNIQUE INDEX phone_proposals_open ON phone_proposals (member_id) WHERE state = 'open';

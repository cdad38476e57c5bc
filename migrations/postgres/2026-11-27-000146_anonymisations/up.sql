-- That a member who has left is made anonymous: proposed by one administrator and confirmed by another, or due by the setting.
CREATE TABLE anonymisations (
    id BYTEA NOT NULL PRIMARY KEY,
    member_id BYTEA NOT NULL REFERENCES members (id),
    -- where the member was at home last
    unit_id BYTEA NOT NULL REFERENCES units (id),
    -- NULL where the setting says so
    proposed_by BYTEA REFERENCES members (id),
    proposed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'taken_back', 'expired')),
    answered_by BYTEA REFERENCES members (id),
    answered_at BIGINT,
    -- why it was refused
    reason TEXT,
    done_at BIGINT
);
CREATE UNIQUE INDEX anonymisations_open ON anonymisations (member_id) WHERE state = 'open';
CREATE INDEX anonymisations_by_state ON anonymisations (state, id);
CREATE INDEX anonymisations_to_do ON anonymisations (id) WHERE state = 'approved' AND done_at IS NULL;

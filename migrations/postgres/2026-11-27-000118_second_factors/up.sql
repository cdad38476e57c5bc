-- Second factors: one-time codes beside the password, for holders of privileged duties.
CREATE TABLE second_factors (
    member_id BYTEA NOT NULL PRIMARY KEY REFERENCES members (id),
    -- sealed for its member
    secret_sealed BYTEA NOT NULL,
    begun_at BIGINT NOT NULL,
    -- NULL until a first code has shown that the member has it
    confirmed_at BIGINT,
    -- the step of the last code that was taken: none is taken twice
    last_step BIGINT
);

-- recovery codes, as keyed hashes; each works once
CREATE TABLE second_factor_codes (
    member_id BYTEA NOT NULL REFERENCES members (id),
    code_hash BYTEA NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (member_id, code_hash)
);

-- lost factors that two administrators take away
CREATE TABLE second_factor_resets (
    id BYTEA NOT NULL PRIMARY KEY,
    member_id BYTEA NOT NULL REFERENCES members (id),
    reason TEXT NOT NULL,
    proposed_by BYTEA NOT NULL REFERENCES members (id),
    proposed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'taken_back', 'expired')),
    answered_by BYTEA REFERENCES members (id),
    answered_at BIGINT,
    -- why it was refused
    refusal TEXT
);
CREATE UNIQUE INDEX second_factor_resets_open ON second_factor_resets (member_id) WHERE state = 'open';
CREATE INDEX second_factor_resets_of_member ON second_factor_resets (member_id, id);

-- when a code was last given in a session
ALTER TABLE sessions ADD COLUMN code_given_at BIGINT;

-- Since when a member has left, and when nothing was kept any more of who it was.
CREATE TABLE member_departures (
    member_id BYTEA NOT NULL PRIMARY KEY REFERENCES members (id),
    -- the first day on which the member was gone
    left_on DATE NOT NULL,
    anonymised_at BIGINT
);
CREATE INDEX member_departures_by_day ON member_departures (left_on) WHERE anonymised_at IS NULL;
-- when those left who have left already is known no better than when they were changed last
INSERT INTO member_departures (member_id, left_on) SELECT id, CAST(to_timestamp(updated_at / 1000000) AT TIME ZONE 'UTC' + INTERVAL '8 hours' AS DATE) FROM members WHERE status = 'left';

-- What members were called before, so that texts which name them so are found when they are made anonymous.
CREATE TABLE member_former_names (
    member_id BYTEA NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    PRIMARY KEY (member_id, name)
);

-- What members ask to be put right about themselves.
CREATE TABLE member_corrections (
    id BYTEA NOT NULL PRIMARY KEY,
    member_id BYTEA NOT NULL REFERENCES members (id),
    -- what it should be; NULL for what is right
    name TEXT,
    kind TEXT,
    unit_id BYTEA REFERENCES units (id),
    -- how the member explains it
    note TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'taken_back')),
    answered_by BYTEA REFERENCES members (id),
    answered_at BIGINT,
    -- why it was refused
    reason TEXT,
    CHECK (name IS NOT NULL OR kind IS NOT NULL OR unit_id IS NOT NULL)
);
CREATE UNIQUE INDEX member_corrections_open ON member_corrections (member_id) WHERE state = 'open';
CREATE INDEX member_corrections_of_member ON member_corrections (member_id, id);

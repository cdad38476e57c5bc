-- Titles to be given: what is asked for, and how many.
CREATE TABLE title_rounds (
    id BLOB NOT NULL PRIMARY KEY,
    -- who gives it
    unit_id BLOB NOT NULL REFERENCES units (id),
    year INTEGER NOT NULL,
    -- subject, kind, criteria, eligibility and quota, as JSON
    terms TEXT NOT NULL,
    title TEXT NOT NULL,
    document TEXT NOT NULL,
    created_by BLOB NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX title_rounds_by_year ON title_rounds (year, id);

-- Who was nominated, and how far it has come.
CREATE TABLE title_nominations (
    id BLOB NOT NULL PRIMARY KEY,
    round_id BLOB NOT NULL REFERENCES title_rounds (id),
    member_id BLOB REFERENCES members (id),
    -- the unit itself, or the member's home at that time
    unit_id BLOB NOT NULL REFERENCES units (id),
    -- where it waits
    at_unit_id BLOB NOT NULL REFERENCES units (id),
    state TEXT NOT NULL,
    deeds TEXT NOT NULL,
    -- the meeting that recommended, with its votes
    meeting TEXT NOT NULL,
    -- the last day on which it is shown
    shown_until DATE,
    nominated_by BLOB NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX title_nominations_by_round ON title_nominations (round_id, id);
CREATE INDEX title_nominations_by_member ON title_nominations (member_id, id);

-- What was done about it.
CREATE TABLE title_steps (
    id BLOB NOT NULL PRIMARY KEY,
    nomination_id BLOB NOT NULL REFERENCES title_nominations (id),
    step TEXT NOT NULL,
    unit_id BLOB NOT NULL REFERENCES units (id),
    -- whose opinion it is, for opinions
    office TEXT,
    note TEXT,
    taken_by BLOB NOT NULL REFERENCES members (id),
    taken_at BIGINT NOT NULL
);
CREATE INDEX title_steps_by_nomination ON title_steps (nomination_id, id);

CREATE TRIGGER title_rounds_no_update BEFORE UPDATE ON title_rounds
BEGIN SELECT RAISE(ABORT, 'title_rounds is append-only'); END;
CREATE TRIGGER title_rounds_no_delete BEFORE DELETE ON title_rounds
BEGIN SELECT RAISE(ABORT, 'title_rounds is append-only'); END;
CREATE TRIGGER title_steps_no_update BEFORE UPDATE ON title_steps
BEGIN SELECT RAISE(ABORT, 'title_steps is append-only'); END;
CREATE TRIGGER title_steps_no_delete BEFORE DELETE ON title_steps
BEGIN SELECT RAISE(ABORT, 'title_steps is append-only'); END;

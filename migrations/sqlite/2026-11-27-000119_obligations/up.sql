-- Rules of the enterprise's own about what units do by themselves; those that ship lie in the program.
CREATE TABLE obligation_rules (
    id BLOB NOT NULL PRIMARY KEY,
    -- as sheets show it: Z1, Z2, …
    code TEXT NOT NULL UNIQUE,
    -- whose rule it is: it holds for units below
    unit_id BLOB NOT NULL REFERENCES units (id),
    title TEXT NOT NULL,
    basis TEXT NOT NULL,
    standard TEXT NOT NULL,
    -- which units, as JSON
    audience TEXT NOT NULL,
    cycle TEXT NOT NULL CHECK (cycle IN ('month', 'quarter', 'half_year', 'year', 'event')),
    -- windows within the cycle, as JSON
    windows TEXT NOT NULL,
    -- the fact whose records tick it; NULL where a line is written
    fact TEXT,
    -- minutes that one time costs
    minutes INTEGER NOT NULL,
    from_on DATE NOT NULL,
    -- the last day of windows that it asks for
    until_on DATE NOT NULL,
    created_by BLOB NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Which shipped rules the enterprise uses; the newest line for the first day of a window holds.
CREATE TABLE obligation_switches (
    id BLOB NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    used BOOLEAN NOT NULL,
    from_on DATE NOT NULL,
    reason TEXT NOT NULL,
    set_by BLOB NOT NULL REFERENCES members (id),
    set_at BIGINT NOT NULL
);

-- Lines that units write where no record tells.
CREATE TABLE obligation_entries (
    id BLOB NOT NULL PRIMARY KEY,
    unit_id BLOB NOT NULL REFERENCES units (id),
    code TEXT NOT NULL,
    done_on DATE NOT NULL,
    note TEXT NOT NULL,
    entered_by BLOB NOT NULL REFERENCES members (id),
    entered_at BIGINT NOT NULL,
    withdrawn_by BLOB REFERENCES members (id),
    withdrawn_at BIGINT
);
CREATE INDEX obligation_entries_by_day ON obligation_entries (done_on, unit_id) WHERE withdrawn_at IS NULL;
CREATE INDEX obligation_entries_by_unit ON obligation_entries (unit_id, id);

-- What a rule by event counts from: a term that ends, a secretary's first day.
CREATE TABLE obligation_events (
    id BLOB NOT NULL PRIMARY KEY,
    unit_id BLOB NOT NULL REFERENCES units (id),
    code TEXT NOT NULL,
    happens_on DATE NOT NULL,
    title TEXT NOT NULL,
    entered_by BLOB NOT NULL REFERENCES members (id),
    entered_at BIGINT NOT NULL,
    withdrawn_by BLOB REFERENCES members (id),
    withdrawn_at BIGINT
);
CREATE INDEX obligation_events_by_day ON obligation_events (happens_on, unit_id) WHERE withdrawn_at IS NULL;
CREATE INDEX obligation_events_by_unit ON obligation_events (unit_id, id);

-- That something does not apply to a unit this time: asked for there, answered above.
CREATE TABLE obligation_exemptions (
    id BLOB NOT NULL PRIMARY KEY,
    unit_id BLOB NOT NULL REFERENCES units (id),
    code TEXT NOT NULL,
    -- the first day of the window
    window_on DATE NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'taken_back')),
    proposed_by BLOB NOT NULL REFERENCES members (id),
    proposed_at BIGINT NOT NULL,
    answered_by BLOB REFERENCES members (id),
    answered_at BIGINT,
    answer TEXT
);
-- one at a time that waits or holds
CREATE UNIQUE INDEX obligation_exemptions_live ON obligation_exemptions (unit_id, code, window_on)
    WHERE state IN ('open', 'approved');
CREATE INDEX obligation_exemptions_by_window ON obligation_exemptions (window_on, unit_id) WHERE state = 'approved';
CREATE INDEX obligation_exemptions_by_unit ON obligation_exemptions (unit_id, id);

-- Which units were reminded on a day, so that of several servers one reminds.
CREATE TABLE obligation_reminders (
    unit_id BLOB NOT NULL REFERENCES units (id),
    day DATE NOT NULL,
    PRIMARY KEY (unit_id, day)
);

CREATE TRIGGER obligation_switches_no_update BEFORE UPDATE ON obligation_switches
BEGIN SELECT RAISE(ABORT, 'obligation_switches is append-only'); END;
CREATE TRIGGER obligation_switches_no_delete BEFORE DELETE ON obligation_switches
BEGIN SELECT RAISE(ABORT, 'obligation_switches is append-only'); END;
CREATE TRIGGER obligation_entries_no_update BEFORE UPDATE OF id, unit_id, code, done_on, note, entered_by, entered_at ON obligation_entries
BEGIN SELECT RAISE(ABORT, 'obligation_entries is append-only'); END;
CREATE TRIGGER obligation_entries_no_delete BEFORE DELETE ON obligation_entries
BEGIN SELECT RAISE(ABORT, 'obligation_entries is append-only'); END;

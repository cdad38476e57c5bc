-- Posts, zones and brands that hold honours: until rooms of their own stand, each is a name of a unit.
CREATE TABLE honour_holders (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('brand', 'post', 'zone')),
    unit_id BLOB NOT NULL REFERENCES units (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (unit_id, kind, name)
);

-- Every honour that was ever given; nothing of it is ever changed.
CREATE TABLE honour_awards (
    id BLOB NOT NULL PRIMARY KEY,
    holder_kind TEXT NOT NULL CHECK (holder_kind IN ('member', 'unit', 'brand', 'post', 'zone')),
    -- for members
    member_id BLOB REFERENCES members (id),
    -- the unit itself, or the one to which the holder belonged at that time
    unit_id BLOB NOT NULL REFERENCES units (id),
    -- for brands, posts and zones
    holder_id BLOB REFERENCES honour_holders (id),
    kind TEXT NOT NULL CHECK (kind IN ('commendation', 'honour', 'praise')),
    title TEXT NOT NULL,
    level TEXT NOT NULL,
    year INTEGER NOT NULL,
    awarded_on DATE NOT NULL,
    -- on what it rests
    document TEXT NOT NULL,
    -- who gave it, as it is printed
    issuer TEXT NOT NULL,
    source_kind TEXT NOT NULL CHECK (source_kind IN ('decision', 'campaign', 'import', 'title', 'grade')),
    source_id BLOB NOT NULL,
    -- whose honour it is, of what and by which document, as it is compared
    cause TEXT NOT NULL UNIQUE,
    -- by which a stranger checks a certificate
    code TEXT NOT NULL UNIQUE,
    entered_by BLOB REFERENCES members (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX honour_awards_by_unit ON honour_awards (unit_id, id);
CREATE INDEX honour_awards_by_year ON honour_awards (year, id);
CREATE INDEX honour_awards_by_member ON honour_awards (member_id, id);
CREATE INDEX honour_awards_by_holder ON honour_awards (holder_id, id);

-- Honours that were taken away. Of the matter nothing is kept but the number of the document.
CREATE TABLE honour_withdrawals (
    award_id BLOB NOT NULL PRIMARY KEY REFERENCES honour_awards (id),
    document TEXT NOT NULL,
    withdrawn_by BLOB NOT NULL REFERENCES members (id),
    withdrawn_at BIGINT NOT NULL
);

-- Who takes no part in a year. Of the matter nothing is kept but the number of the document.
CREATE TABLE honour_bars (
    id BLOB NOT NULL PRIMARY KEY,
    member_id BLOB REFERENCES members (id),
    -- the unit itself, or the member's home at that time
    unit_id BLOB NOT NULL REFERENCES units (id),
    year INTEGER NOT NULL,
    document TEXT NOT NULL,
    barred_by BLOB NOT NULL REFERENCES members (id),
    barred_at BIGINT NOT NULL
);
CREATE INDEX honour_bars_by_year ON honour_bars (year, id);

CREATE TRIGGER honour_awards_no_update BEFORE UPDATE ON honour_awards
BEGIN SELECT RAISE(ABORT, 'honour_awards is append-only'); END;
CREATE TRIGGER honour_awards_no_delete BEFORE DELETE ON honour_awards
BEGIN SELECT RAISE(ABORT, 'honour_awards is append-only'); END;
CREATE TRIGGER honour_withdrawals_no_update BEFORE UPDATE ON honour_withdrawals
BEGIN SELECT RAISE(ABORT, 'honour_withdrawals is append-only'); END;
CREATE TRIGGER honour_withdrawals_no_delete BEFORE DELETE ON honour_withdrawals
BEGIN SELECT RAISE(ABORT, 'honour_withdrawals is append-only'); END;
CREATE TRIGGER honour_bars_no_update BEFORE UPDATE ON honour_bars
BEGIN SELECT RAISE(ABORT, 'honour_bars is append-only'); END;
CREATE TRIGGER honour_bars_no_delete BEFORE DELETE ON honour_bars
BEGIN SELECT RAISE(ABORT, 'honour_bars is append-only'); END;

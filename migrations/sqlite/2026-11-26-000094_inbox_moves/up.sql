-- When a member's home came to lie below a unit, or did so no longer: from then on, or until then, the unit's notices are
-- his. At the id that a notice made at that moment would have had. Units that are not named here are his as they always were.
CREATE TABLE inbox_moves (
    member_id BLOB NOT NULL,
    unit_id BLOB NOT NULL,
    at_id BLOB NOT NULL,
    joined BOOLEAN NOT NULL,
    PRIMARY KEY (member_id, unit_id, at_id)
) WITHOUT ROWID;
-- A notice that says the same of the same thing again on one day takes the place of the one before and counts it.
ALTER TABLE notices ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE notices ADD COLUMN superseded BOOLEAN NOT NULL DEFAULT FALSE;

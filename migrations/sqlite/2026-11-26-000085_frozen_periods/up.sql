-- What is frozen when a period is final: who was where, which periods are closed, and their boards. Rows come and never change.
CREATE TABLE frozen_rosters (
    digest BLOB NOT NULL PRIMARY KEY,
    units TEXT NOT NULL,
    members BLOB NOT NULL
);
CREATE TABLE frozen_periods (
    period TEXT NOT NULL,
    start DATE NOT NULL,
    roster BLOB NOT NULL REFERENCES frozen_rosters (digest),
    frozen_at BIGINT NOT NULL,
    PRIMARY KEY (period, start)
) WITHOUT ROWID;
CREATE INDEX frozen_periods_by_start ON frozen_periods (start);
CREATE TABLE frozen_boards (
    period TEXT NOT NULL,
    start DATE NOT NULL,
    measure TEXT NOT NULL,
    lines BLOB NOT NULL,
    PRIMARY KEY (period, start, measure)
);

CREATE TRIGGER frozen_rosters_no_update BEFORE UPDATE ON frozen_rosters
BEGIN SELECT RAISE(ABORT, 'frozen_rosters is append-only'); END;
CREATE TRIGGER frozen_rosters_no_delete BEFORE DELETE ON frozen_rosters
BEGIN SELECT RAISE(ABORT, 'frozen_rosters is append-only'); END;
CREATE TRIGGER frozen_periods_no_update BEFORE UPDATE ON frozen_periods
BEGIN SELECT RAISE(ABORT, 'frozen_periods is append-only'); END;
CREATE TRIGGER frozen_periods_no_delete BEFORE DELETE ON frozen_periods
BEGIN SELECT RAISE(ABORT, 'frozen_periods is append-only'); END;
CREATE TRIGGER frozen_boards_no_update BEFORE UPDATE ON frozen_boards
BEGIN SELECT RAISE(ABORT, 'frozen_boards is append-only'); END;
CREATE TRIGGER frozen_boards_no_delete BEFORE DELETE ON frozen_boards
BEGIN SELECT RAISE(ABORT, 'frozen_boards is append-only'); END;

-- Corrections that were made after the period that they are about, for being shown beside its board.
CREATE INDEX ledger_entries_by_caps_day ON ledger_entries (caps_on) WHERE caps_on IS NOT NULL;

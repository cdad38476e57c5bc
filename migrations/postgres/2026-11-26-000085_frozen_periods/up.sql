-- What is frozen when a period is final: who was where, which periods are closed, and their boards. Rows come and never change.
CREATE TABLE frozen_rosters (
    digest BYTEA NOT NULL PRIMARY KEY,
    units TEXT NOT NULL,
    members BYTEA NOT NULL
);
CREATE TABLE frozen_periods (
    period TEXT NOT NULL,
    start DATE NOT NULL,
    roster BYTEA NOT NULL REFERENCES frozen_rosters (digest),
    frozen_at BIGINT NOT NULL,
    PRIMARY KEY (period, start)
);
CREATE INDEX frozen_periods_by_start ON frozen_periods (start);
CREATE TABLE frozen_boards (
    period TEXT NOT NULL,
    start DATE NOT NULL,
    measure TEXT NOT NULL,
    lines BYTEA NOT NULL,
    PRIMARY KEY (period, start, measure)
);
-- ids hardly shrink: packing them would only cost time
ALTER TABLE frozen_rosters ALTER COLUMN members SET STORAGE EXTERNAL;
ALTER TABLE frozen_boards ALTER COLUMN lines SET STORAGE EXTERNAL;

CREATE TRIGGER frozen_rosters_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON frozen_rosters
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_periods_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON frozen_periods
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_boards_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON frozen_boards
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Corrections that were made after the period that they are about, for being shown beside its board.
CREATE INDEX ledger_entries_by_caps_day ON ledger_entries (caps_on) WHERE caps_on IS NOT NULL;

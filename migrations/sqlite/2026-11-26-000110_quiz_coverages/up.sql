-- The coverage of the papers of a day as it was when the day was final; who was where then is what the roster says.
CREATE TABLE quiz_coverages (
    day DATE NOT NULL PRIMARY KEY,
    roster BLOB NOT NULL REFERENCES frozen_rosters (digest),
    frozen_at BIGINT NOT NULL,
    lines BLOB NOT NULL
);
CREATE TRIGGER quiz_coverages_no_update BEFORE UPDATE ON quiz_coverages
BEGIN SELECT RAISE(ABORT, 'quiz_coverages is append-only'); END;
CREATE TRIGGER quiz_coverages_no_delete BEFORE DELETE ON quiz_coverages
BEGIN SELECT RAISE(ABORT, 'quiz_coverages is append-only'); END;

-- The coverage of a push as it was when its day was final; who was where then is what the roster says.
CREATE TABLE study_coverages (
    push_id BLOB NOT NULL PRIMARY KEY REFERENCES study_pushes (id),
    roster BLOB NOT NULL REFERENCES frozen_rosters (digest),
    frozen_at BIGINT NOT NULL,
    lines BLOB NOT NULL
);
CREATE TRIGGER study_coverages_no_update BEFORE UPDATE ON study_coverages
BEGIN SELECT RAISE(ABORT, 'study_coverages is append-only'); END;
CREATE TRIGGER study_coverages_no_delete BEFORE DELETE ON study_coverages
BEGIN SELECT RAISE(ABORT, 'study_coverages is append-only'); END;
ALTER TABLE study_pushes ADD COLUMN coverage_frozen_at BIGINT;
CREATE INDEX study_pushes_unfrozen ON study_pushes (day, id)
    WHERE coverage_frozen_at IS NULL AND cancelled_at IS NULL;

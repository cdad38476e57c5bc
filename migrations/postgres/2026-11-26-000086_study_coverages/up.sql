-- The coverage of a push as it was when its day was final; who was where then is what the roster says.
CREATE TABLE study_coverages (
    push_id BYTEA NOT NULL PRIMARY KEY REFERENCES study_pushes (id),
    roster BYTEA NOT NULL REFERENCES frozen_rosters (digest),
    frozen_at BIGINT NOT NULL,
    lines BYTEA NOT NULL
);
CREATE TRIGGER study_coverages_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON study_coverages
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE study_pushes ADD COLUMN coverage_frozen_at BIGINT;
CREATE INDEX study_pushes_unfrozen ON study_pushes (day, id)
    WHERE coverage_frozen_at IS NULL AND cancelled_at IS NULL;

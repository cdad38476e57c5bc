-- The coverage of the papers of a day as it was when the day was final; who was where then is what the roster says.
CREATE TABLE quiz_coverages (
    day DATE NOT NULL PRIMARY KEY,
    roster BYTEA NOT NULL REFERENCES frozen_rosters (digest),
    frozen_at BIGINT NOT NULL,
    lines BYTEA NOT NULL
);
CREATE TRIGGER quiz_coverages_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON quiz_coverages
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

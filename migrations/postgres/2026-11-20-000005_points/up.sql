-- What earns how much, and up to which cap; a change is a new version.
CREATE TABLE point_rules (
    rule TEXT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    dimension TEXT NOT NULL,
    points INTEGER NOT NULL,
    cap_day INTEGER,
    cap_week INTEGER,
    cap_month INTEGER,
    cap_year INTEGER,
    effective_on DATE NOT NULL,
    created_by BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (rule, version)
);

-- The brand 党建品牌 that a unit builds; one at a time.
CREATE TABLE brands (
    id BLOB NOT NULL PRIMARY KEY,
    unit_id BLOB NOT NULL UNIQUE REFERENCES units (id),
    name TEXT NOT NULL,
    summary TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

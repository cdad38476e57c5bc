-- What the keys that must not change under this database give for a check, so that a server with others is recognised.
CREATE TABLE secret_checks (
    name TEXT NOT NULL PRIMARY KEY,
    key_check BLOB NOT NULL,
    made_at BIGINT NOT NULL
);

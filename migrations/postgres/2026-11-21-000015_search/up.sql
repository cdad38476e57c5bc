-- What can be searched, as it is compared (base/grams.rs); the newest has the greatest id.
CREATE TABLE search_entries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id BYTEA NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (kind, subject_id)
);

-- Which entries hold which grams: written by kernel/search only. The vectors are put out of the way, so that the pages
-- which are read for a common gram hold hardly more than ids; they are never read again, the index has them.
CREATE TABLE search_grams (
    rowid BIGINT NOT NULL PRIMARY KEY REFERENCES search_entries (id) ON DELETE CASCADE,
    grams TSVECTOR NOT NULL
) WITH (toast_tuple_target = 128);

-- Without fastupdate a search never has to read what waits to be indexed.
CREATE INDEX search_grams_index ON search_grams USING gin (grams) WITH (fastupdate = off);

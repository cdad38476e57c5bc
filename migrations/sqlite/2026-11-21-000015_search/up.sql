-- What can be searched, as it is compared (base/grams.rs); the newest has the greatest id.
CREATE TABLE search_entries (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (kind, subject_id)
);

-- Which entries hold which grams: written by kernel/search only, its rowid is the entry's id. It keeps no text of its
-- own and no places, since what is found is compared with the entry's text. The ascii tokenizer parts at spaces and
-- takes every other character outside ASCII as it is; unicode61 would judge characters by an old version of Unicode.
CREATE VIRTUAL TABLE search_grams USING fts5 (
    grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

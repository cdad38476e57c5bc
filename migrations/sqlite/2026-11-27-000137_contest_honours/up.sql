-- Prizes of contests are honours. SQLite has no other way to allow a word more than to write its schema; the index has every
-- connection read it anew.
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, '''decision'', ''campaign'', ''import''', '''decision'', ''campaign'', ''contest'', ''import''')
    WHERE type = 'table' AND name = 'honour_awards';
CREATE INDEX honour_awards_by_source ON honour_awards (source_kind, source_id);
PRAGMA writable_schema = RESET;

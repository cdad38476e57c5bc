PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, '''decision'', ''campaign'', ''contest'', ''import''', '''decision'', ''campaign'', ''import''')
    WHERE type = 'table' AND name = 'honour_awards';
DROP INDEX honour_awards_by_source;
PRAGMA writable_schema = RESET;

-- A year begins with entries that say what the one before came to, and what of it is carried over. SQLite has no other way
-- to allow a word more than to write its schema; a trigger that is made anew has every connection read it again.
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(replace(sql,
    '''base'', ''bonus'', ''deduction'')', '''base'', ''bonus'', ''deduction'', ''carry'')'),
    '''appeal'', ''correction'')', '''appeal'', ''correction'', ''year_start'')')
    WHERE type = 'table' AND name = 'appraisal_entries';
DROP TRIGGER appraisal_entries_no_update;
CREATE TRIGGER appraisal_entries_no_update BEFORE UPDATE ON appraisal_entries
BEGIN SELECT RAISE(ABORT, 'appraisal_entries is append-only'); END;
PRAGMA writable_schema = RESET;

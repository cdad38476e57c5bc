PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(replace(sql,
    '''base'', ''bonus'', ''deduction'', ''carry'')', '''base'', ''bonus'', ''deduction'')'),
    '''appeal'', ''correction'', ''year_start'')', '''appeal'', ''correction'')')
    WHERE type = 'table' AND name = 'appraisal_entries';
DROP TRIGGER appraisal_entries_no_update;
CREATE TRIGGER appraisal_entries_no_update BEFORE UPDATE ON appraisal_entries
BEGIN SELECT RAISE(ABORT, 'appraisal_entries is append-only'); END;
PRAGMA writable_schema = RESET;

ALTER TABLE appraisal_entries DROP CONSTRAINT appraisal_entries_kind_check;
ALTER TABLE appraisal_entries
    ADD CONSTRAINT appraisal_entries_kind_check CHECK (kind IN ('base', 'bonus', 'deduction'));
ALTER TABLE appraisal_entries DROP CONSTRAINT appraisal_entries_source_kind_check;
ALTER TABLE appraisal_entries ADD CONSTRAINT appraisal_entries_source_kind_check
    CHECK (source_kind IN ('opening', 'proposal', 'appeal', 'correction'));

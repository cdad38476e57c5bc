-- A year begins with entries that say what the one before came to, and what of it is carried over.
ALTER TABLE appraisal_entries DROP CONSTRAINT appraisal_entries_kind_check;
ALTER TABLE appraisal_entries
    ADD CONSTRAINT appraisal_entries_kind_check CHECK (kind IN ('base', 'bonus', 'deduction', 'carry'));
ALTER TABLE appraisal_entries DROP CONSTRAINT appraisal_entries_source_kind_check;
ALTER TABLE appraisal_entries ADD CONSTRAINT appraisal_entries_source_kind_check
    CHECK (source_kind IN ('opening', 'proposal', 'appeal', 'correction', 'year_start'));

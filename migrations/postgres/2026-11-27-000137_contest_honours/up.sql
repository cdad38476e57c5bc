-- Prizes of contests are honours.
ALTER TABLE honour_awards DROP CONSTRAINT honour_awards_source_kind_check;
ALTER TABLE honour_awards ADD CONSTRAINT honour_awards_source_kind_check
    CHECK (source_kind IN ('decision', 'campaign', 'contest', 'import', 'title', 'grade'));
CREATE INDEX honour_awards_by_source ON honour_awards (source_kind, source_id);

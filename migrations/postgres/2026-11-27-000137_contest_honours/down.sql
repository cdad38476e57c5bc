DROP INDEX honour_awards_by_source;
ALTER TABLE honour_awards DROP CONSTRAINT honour_awards_source_kind_check;
ALTER TABLE honour_awards ADD CONSTRAINT honour_awards_source_kind_check
    CHECK (source_kind IN ('decision', 'campaign', 'import', 'title', 'grade'));

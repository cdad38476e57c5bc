-- Writing grams is most of the work of a put, so the index gets them soon after the commit. Until then an entry bears
-- the marks (kernel/search/index.rs) that it is to be found by, and every search looks at it by itself.
ALTER TABLE search_entries ADD COLUMN waiting_marks TEXT;
CREATE INDEX search_entries_waiting ON search_entries (id) WHERE waiting_marks IS NOT NULL;

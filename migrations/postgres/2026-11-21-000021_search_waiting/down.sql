DROP INDEX search_entries_waiting;
ALTER TABLE search_entries DROP COLUMN waiting_marks;

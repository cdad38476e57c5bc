DROP TABLE meeting_excuses;
DROP INDEX meeting_attendance_by_member;
ALTER TABLE meeting_attendance DROP COLUMN entered_at;
ALTER TABLE meetings DROP COLUMN place;
ALTER TABLE meetings DROP COLUMN ends_at;
ALTER TABLE meetings DROP COLUMN begins_at;

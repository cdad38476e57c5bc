DROP INDEX absences_by_day;
ALTER TABLE absences DROP COLUMN entered_at;
ALTER TABLE absences DROP COLUMN entered_by;
ALTER TABLE absences DROP COLUMN reason;
DROP TABLE former_parents;
DROP TABLE former_homes;

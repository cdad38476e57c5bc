DROP TABLE meeting_decisions;
DROP TABLE meeting_agenda;
DROP INDEX meetings_by_series;
ALTER TABLE meetings DROP COLUMN guest_count;
ALTER TABLE meetings DROP COLUMN keeper_id;
ALTER TABLE meetings DROP COLUMN host_id;
ALTER TABLE meetings DROP COLUMN series;
ALTER TABLE meetings DROP COLUMN form;

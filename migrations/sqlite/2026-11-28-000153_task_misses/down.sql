DROP INDEX tasks_merged;
DROP INDEX tasks_missed;
ALTER TABLE tasks DROP COLUMN missed_on;

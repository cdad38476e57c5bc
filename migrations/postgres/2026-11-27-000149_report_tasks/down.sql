ALTER TABLE report_forms DROP COLUMN opens_task;

-- What was not handed in becomes a task by itself on the day after, where the form says so.
ALTER TABLE report_forms ADD COLUMN opens_task BOOLEAN NOT NULL DEFAULT FALSE;

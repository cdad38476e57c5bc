DROP TABLE report_reminders;
DROP TABLE report_corrections;
DROP TABLE report_requests;
DROP TABLE reports;
DROP TABLE report_periods;
DROP TABLE report_form_versions;
DROP TABLE report_forms;

DROP INDEX notice_reads_by_notice;
ALTER TABLE contest_branch_results RENAME COLUMN unit_id TO branch_id;
ALTER TABLE contest_results RENAME COLUMN unit_id TO branch_id;
ALTER TABLE question_guards DROP COLUMN guarded_from;
ALTER TABLE question_guards ADD COLUMN guarded_until BIGINT NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE contests DROP COLUMN meeting_id;

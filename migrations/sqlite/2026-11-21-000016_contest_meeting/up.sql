-- A contest may be part of a meeting 三会一课, such as a day of the Party's themes.
ALTER TABLE contests ADD COLUMN meeting_id BLOB REFERENCES meetings (id);

-- A guard holds until who set it takes it away. From the announcement of a contest on nobody else may ask its questions;
-- only from this instant on may nobody practise them, lest a refusal tell what the contest will ask.
ALTER TABLE question_guards DROP COLUMN guarded_until;
ALTER TABLE question_guards ADD COLUMN guarded_from BIGINT NOT NULL DEFAULT 0;

-- Where the audience lies within one branch, its groups are ranked instead of branches.
ALTER TABLE contest_results RENAME COLUMN branch_id TO unit_id;
ALTER TABLE contest_branch_results RENAME COLUMN branch_id TO unit_id;

-- Old notices are thrown away with their marks, which are found by the notice.
CREATE INDEX notice_reads_by_notice ON notice_reads (notice_id);

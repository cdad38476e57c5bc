DROP TABLE contest_branch_results;
DROP TABLE contest_results;
DROP TABLE contest_answers;
DROP TABLE contest_attempts;
DROP TABLE contests;

-- A wrong answer key that was put right: which version of which question, and how far what used it has been graded anew.
CREATE TABLE question_corrections (
    id BYTEA NOT NULL PRIMARY KEY,
    question_id BYTEA NOT NULL REFERENCES questions (id),
    version INTEGER NOT NULL,
    former TEXT NOT NULL,
    answer TEXT NOT NULL,
    reason TEXT NOT NULL,
    made_by BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    stage TEXT NOT NULL,
    -- Daily papers that bear the question, how many of them are done, and the last submission looked at of the next one (or nil).
    papers TEXT NOT NULL,
    papers_done INTEGER NOT NULL,
    graded_through BYTEA NOT NULL,
    contest_count INTEGER NOT NULL,
    done_at BIGINT
);
CREATE INDEX question_corrections_of ON question_corrections (question_id, id);
CREATE INDEX question_corrections_under_way ON question_corrections (stage, id) WHERE done_at IS NULL;

-- What a correction changed for a member, so that each is told once.
CREATE TABLE question_correction_members (
    correction_id BYTEA NOT NULL REFERENCES question_corrections (id),
    member_id BYTEA NOT NULL,
    papers INTEGER NOT NULL,
    contests INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    points INTEGER NOT NULL,
    told_at BIGINT,
    PRIMARY KEY (correction_id, member_id)
);
CREATE INDEX question_correction_members_untold ON question_correction_members (correction_id, member_id)
    WHERE told_at IS NULL;

-- How many corrections a paper has seen, and by how many of them a submission has been graded.
ALTER TABLE quiz_papers ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quiz_submissions ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quiz_submissions ADD COLUMN corrected_at BIGINT;

-- The same of contests; the last edition by which results, points and books of one have all been brought up to date.
ALTER TABLE contests ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contests ADD COLUMN graded_edition INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contests ADD COLUMN corrected_at BIGINT;
ALTER TABLE contests ADD COLUMN correction_id BYTEA;
ALTER TABLE contests ADD COLUMN correction_reason TEXT;
ALTER TABLE contest_attempts ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;
CREATE INDEX contests_to_regrade ON contests (id) WHERE graded_edition < edition;

-- An entry of today that takes the place of an earlier day's counts under the caps of that day.
ALTER TABLE ledger_entries ADD COLUMN caps_on DATE;

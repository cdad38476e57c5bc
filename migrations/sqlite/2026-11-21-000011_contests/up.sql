-- Knowledge contests: the contest with its frozen paper, attempts with their answers, and the ranking once computed.
CREATE TABLE contests (
    id BLOB NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    unit_id BLOB NOT NULL REFERENCES units (id),
    state TEXT NOT NULL,
    opens_at BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    rules TEXT NOT NULL,
    paper TEXT,
    summary TEXT,
    shortage TEXT,
    created_by BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    announced_at BIGINT,
    opened_at BIGINT,
    closed_at BIGINT,
    ranked_at BIGINT,
    booked_at BIGINT,
    published_at BIGINT,
    published_by BLOB,
    awarded_at BIGINT,
    awarded_through BLOB
);
CREATE INDEX contests_of_unit ON contests (unit_id, id);
CREATE INDEX contests_by_state ON contests (state, awarded_at);

-- The seed decides which questions an attempt has, and in which order they and their options are shown.
CREATE TABLE contest_attempts (
    id BLOB NOT NULL PRIMARY KEY,
    contest_id BLOB NOT NULL REFERENCES contests (id),
    member_id BLOB NOT NULL,
    unit_id BLOB NOT NULL,
    branch_id BLOB,
    number INTEGER NOT NULL,
    seed BIGINT NOT NULL,
    state TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    finished_at BIGINT,
    submitted BOOLEAN NOT NULL,
    score INTEGER NOT NULL,
    right_count INTEGER NOT NULL,
    elapsed_micros BIGINT NOT NULL,
    UNIQUE (contest_id, member_id, number)
);
CREATE INDEX contest_attempts_by_state ON contest_attempts (contest_id, state, id);
CREATE INDEX contest_attempts_due ON contest_attempts (state, due_at);

-- Canonical letters, whatever order the member saw. One row is one saved answer.
CREATE TABLE contest_answers (
    attempt_id BLOB NOT NULL,
    question_id BLOB NOT NULL,
    answer TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (attempt_id, question_id)
) WITHOUT ROWID;

CREATE TABLE contest_results (
    contest_id BLOB NOT NULL REFERENCES contests (id),
    member_id BLOB NOT NULL,
    attempt_id BLOB NOT NULL,
    branch_id BLOB,
    score INTEGER NOT NULL,
    right_count INTEGER NOT NULL,
    elapsed_micros BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (contest_id, member_id)
) WITHOUT ROWID;
CREATE INDEX contest_results_by_rank ON contest_results (contest_id, rank, member_id);

CREATE TABLE contest_branch_results (
    contest_id BLOB NOT NULL REFERENCES contests (id),
    branch_id BLOB NOT NULL,
    active_members INTEGER NOT NULL,
    participants INTEGER NOT NULL,
    score_sum BIGINT NOT NULL,
    mean_hundredths INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (contest_id, branch_id)
) WITHOUT ROWID;
CREATE INDEX contest_branch_results_by_rank ON contest_branch_results (contest_id, rank, branch_id);

-- Runs of the challenge. A running run holds the question that it has dealt, as it was then, and the instant at which
-- its time is up; one that is over holds the last question for whoever asks again.
CREATE TABLE challenge_runs (
    id BYTEA NOT NULL PRIMARY KEY,
    member_id BYTEA NOT NULL,
    day DATE NOT NULL,
    seed BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    question TEXT,
    last_question TEXT,
    dealt_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    right_count INTEGER NOT NULL,
    last_right_at BIGINT,
    too_fast_count INTEGER NOT NULL,
    revived BOOLEAN NOT NULL,
    points INTEGER NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_because TEXT,
    CHECK ((ended_at IS NULL) = (ended_because IS NULL)),
    CHECK ((ended_at IS NULL) = (question IS NOT NULL))
);
CREATE UNIQUE INDEX challenge_runs_running ON challenge_runs (member_id) WHERE ended_at IS NULL;
CREATE INDEX challenge_runs_due ON challenge_runs (due_at) WHERE ended_at IS NULL;
CREATE INDEX challenge_runs_by_member ON challenge_runs (member_id, id);
CREATE INDEX challenge_runs_too_fast ON challenge_runs (id) WHERE too_fast_count > 0;

-- What was dealt and what became of it; append-only. Without an answer: the time was up, or the member gave up.
CREATE TABLE challenge_answers (
    run_id BYTEA NOT NULL,
    seq INTEGER NOT NULL,
    question_id BYTEA NOT NULL,
    version INTEGER NOT NULL,
    answer TEXT,
    is_right BOOLEAN NOT NULL,
    dealt_at BIGINT NOT NULL,
    answered_at BIGINT,
    PRIMARY KEY (run_id, seq),
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);

-- What a member's runs of a day come to: the truth behind the boards of the challenge.
CREATE TABLE challenge_days (
    member_id BYTEA NOT NULL,
    day DATE NOT NULL,
    best INTEGER NOT NULL,
    reached_at BIGINT NOT NULL,
    runs INTEGER NOT NULL,
    revival_used BOOLEAN NOT NULL,
    PRIMARY KEY (member_id, day)
);
CREATE INDEX challenge_days_by_day ON challenge_days (day);

-- Days whose answers have been counted for the statistics of the bank.
CREATE TABLE challenge_tallied_days (
    day DATE NOT NULL PRIMARY KEY,
    tallied_at BIGINT NOT NULL
);

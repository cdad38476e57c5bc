-- Questions, the paper of the day, what members answered and what they still get wrong.
CREATE TABLE questions (
    id BYTEA NOT NULL PRIMARY KEY,
    fingerprint BYTEA NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    stem TEXT NOT NULL,
    options TEXT NOT NULL,
    answer TEXT NOT NULL,
    explanation TEXT NOT NULL,
    category TEXT NOT NULL,
    difficulty TEXT NOT NULL,
    source TEXT NOT NULL,
    retired_at BIGINT,
    created_by BYTEA,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX questions_in_use ON questions (id) WHERE retired_at IS NULL;
CREATE INDEX questions_by_category ON questions (category, id);

-- A paper keeps the questions as they were when it was set, so that later edits change no result.
CREATE TABLE quiz_papers (
    id BYTEA NOT NULL PRIMARY KEY,
    unit_id BYTEA NOT NULL REFERENCES units (id),
    day DATE NOT NULL,
    questions TEXT NOT NULL,
    publish_at BIGINT NOT NULL,
    published_at BIGINT,
    created_by BYTEA,
    created_at BIGINT NOT NULL,
    UNIQUE (unit_id, day)
);
CREATE INDEX quiz_papers_by_day ON quiz_papers (day);

-- That a member was handed a paper on its day: the right to submit it within the offline grace.
CREATE TABLE quiz_fetches (
    member_id BYTEA NOT NULL,
    paper_id BYTEA NOT NULL REFERENCES quiz_papers (id),
    fetched_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, paper_id)
);

CREATE TABLE quiz_submissions (
    id BYTEA NOT NULL PRIMARY KEY,
    member_id BYTEA NOT NULL,
    day DATE NOT NULL,
    paper_id BYTEA NOT NULL REFERENCES quiz_papers (id),
    answers TEXT NOT NULL,
    right_count INTEGER NOT NULL,
    question_count INTEGER NOT NULL,
    points INTEGER NOT NULL,
    late BOOLEAN NOT NULL,
    submitted_at BIGINT NOT NULL,
    UNIQUE (member_id, day)
);

CREATE TABLE quiz_wrong_answers (
    member_id BYTEA NOT NULL,
    question_id BYTEA NOT NULL REFERENCES questions (id),
    times_wrong INTEGER NOT NULL,
    right_in_a_row INTEGER NOT NULL,
    last_answered_at BIGINT NOT NULL,
    cleared_at BIGINT,
    PRIMARY KEY (member_id, question_id)
);

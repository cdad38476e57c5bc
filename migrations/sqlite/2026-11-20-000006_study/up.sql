-- Study items, the push of a day, and what the server measured of their reading.
CREATE TABLE study_items (
    id BLOB NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    body TEXT NOT NULL,
    source TEXT NOT NULL,
    cover_url TEXT,
    minimum_seconds INTEGER NOT NULL,
    question_ids TEXT NOT NULL,
    retired_at BIGINT,
    created_by BLOB,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE study_pushes (
    id BLOB NOT NULL PRIMARY KEY,
    item_id BLOB NOT NULL REFERENCES study_items (id),
    unit_id BLOB NOT NULL REFERENCES units (id),
    day DATE NOT NULL,
    publish_at BIGINT NOT NULL,
    published_at BIGINT,
    cancelled_at BIGINT,
    created_by BLOB,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX study_pushes_one_a_day ON study_pushes (unit_id, day) WHERE cancelled_at IS NULL;
CREATE INDEX study_pushes_due ON study_pushes (publish_at) WHERE published_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX study_pushes_feed ON study_pushes (unit_id, day, id) WHERE published_at IS NOT NULL AND cancelled_at IS NULL;

-- That a member's phone was served a push in the feed.
CREATE TABLE study_servings (
    push_id BLOB NOT NULL REFERENCES study_pushes (id),
    member_id BLOB NOT NULL,
    served_at BIGINT NOT NULL,
    PRIMARY KEY (push_id, member_id)
) WITHOUT ROWID;

CREATE TABLE study_readings (
    id BLOB NOT NULL PRIMARY KEY,
    member_id BLOB NOT NULL,
    item_id BLOB NOT NULL REFERENCES study_items (id),
    day DATE NOT NULL,
    opened_at BIGINT NOT NULL,
    running_since BIGINT,
    read_micros BIGINT NOT NULL,
    finished_at BIGINT,
    points INTEGER NOT NULL,
    UNIQUE (member_id, item_id, day)
);
CREATE INDEX study_readings_by_day ON study_readings (member_id, day);
-- One reading of a member runs at a time.
CREATE UNIQUE INDEX study_readings_one_runs ON study_readings (member_id) WHERE running_since IS NOT NULL;

-- Days on which a member studied or answered, kept for the streak.
CREATE TABLE streak_days (
    member_id BLOB NOT NULL,
    day DATE NOT NULL,
    PRIMARY KEY (member_id, day)
) WITHOUT ROWID;

-- Days on which a unit (and its subtree) had something to study or answer; only these can break a streak.
CREATE TABLE study_days (
    unit_id BLOB NOT NULL,
    day DATE NOT NULL,
    PRIMARY KEY (unit_id, day)
) WITHOUT ROWID;

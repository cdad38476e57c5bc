-- Tables of the shared mechanisms. Instants are microseconds since 1970 UTC, ids are 16-byte UUIDv7.

-- What commits here must reach other processes within two seconds: a revoked session, a changed role.
CREATE TABLE changes (
    id BLOB NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL,
    subject BLOB NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX changes_by_time ON changes (at);

-- Work to be done after the commit, at least once.
CREATE TABLE outbox (
    id BLOB NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL,
    payload TEXT NOT NULL,
    available_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    parked_at BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX outbox_waiting ON outbox (available_at, id) WHERE parked_at IS NULL;

-- Who does a thing that only one process may do, and until when.
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    holder BLOB NOT NULL,
    held_until BIGINT NOT NULL
);

-- Who did what to what; append-only, nothing decides by reading it.
CREATE TABLE trail (
    id BLOB NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_id BLOB,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX trail_by_subject ON trail (subject_kind, subject_id, id);

-- The first answer to a creation that carried an Idempotency-Key.
CREATE TABLE idempotency_keys (
    member_id BLOB NOT NULL,
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    response TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

-- Points earned and corrected; the truth behind every board.
CREATE TABLE ledger_entries (
    id BLOB NOT NULL PRIMARY KEY,
    member_id BLOB NOT NULL,
    unit_id BLOB NOT NULL,
    dimension TEXT NOT NULL,
    rule TEXT NOT NULL,
    rule_version INTEGER NOT NULL,
    points INTEGER NOT NULL,
    uncapped_points INTEGER NOT NULL,
    day DATE NOT NULL,
    source_kind TEXT NOT NULL,
    source_id BLOB NOT NULL,
    reason TEXT NOT NULL,
    approved_by BLOB,
    created_at BIGINT NOT NULL,
    UNIQUE (member_id, rule, source_kind, source_id)
);
CREATE INDEX ledger_entries_by_member ON ledger_entries (member_id, id);
CREATE INDEX ledger_entries_by_cap ON ledger_entries (member_id, rule, day);

-- Points of a member on a day in a dimension; finished periods are ranked from here.
CREATE TABLE ledger_days (
    member_id BLOB NOT NULL,
    day DATE NOT NULL,
    dimension TEXT NOT NULL,
    points INTEGER NOT NULL,
    reached_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, day, dimension)
) WITHOUT ROWID;
CREATE INDEX ledger_days_by_day ON ledger_days (day);

-- One row for a member and measure: the score in each period that is running, for boards that may be lost.
CREATE TABLE standings (
    member_id BLOB NOT NULL,
    measure TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    day_on DATE NOT NULL,
    day_score BIGINT NOT NULL,
    day_at BIGINT NOT NULL,
    week_on DATE NOT NULL,
    week_score BIGINT NOT NULL,
    week_at BIGINT NOT NULL,
    month_on DATE NOT NULL,
    month_score BIGINT NOT NULL,
    month_at BIGINT NOT NULL,
    quarter_on DATE NOT NULL,
    quarter_score BIGINT NOT NULL,
    quarter_at BIGINT NOT NULL,
    year_on DATE NOT NULL,
    year_score BIGINT NOT NULL,
    year_at BIGINT NOT NULL,
    all_score BIGINT NOT NULL,
    all_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, measure)
) WITHOUT ROWID;
CREATE INDEX standings_by_change ON standings (changed);

CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
CREATE TRIGGER trail_no_update BEFORE UPDATE ON trail
BEGIN SELECT RAISE(ABORT, 'trail is append-only'); END;
CREATE TRIGGER trail_no_delete BEFORE DELETE ON trail
BEGIN SELECT RAISE(ABORT, 'trail is append-only'); END;

-- What a member objects to; one for each entry.
CREATE TABLE appraisal_appeals (
    id BYTEA NOT NULL PRIMARY KEY,
    entry_id BYTEA NOT NULL UNIQUE REFERENCES appraisal_entries (id),
    member_id BYTEA NOT NULL REFERENCES members (id),
    -- the member's home at that time
    unit_id BYTEA NOT NULL REFERENCES units (id),
    text TEXT NOT NULL,
    -- the day by which it is decided
    due_on DATE NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX appraisal_appeals_by_member ON appraisal_appeals (member_id, id);
CREATE INDEX appraisal_appeals_by_due ON appraisal_appeals (due_on, id);

CREATE TABLE appraisal_appeal_decisions (
    appeal_id BYTEA NOT NULL PRIMARY KEY REFERENCES appraisal_appeals (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('upheld', 'rejected', 'taken_back')),
    reason TEXT,
    -- what is right instead, before the caps; NULL for nothing
    points INTEGER,
    -- the opposite entry, and the one that came in its place
    correction_id BYTEA REFERENCES appraisal_entries (id),
    replacement_id BYTEA REFERENCES appraisal_entries (id),
    decided_by BYTEA NOT NULL REFERENCES members (id),
    decided_at BIGINT NOT NULL
);

-- Who was reminded of which appeal, so that of several servers one reminds.
CREATE TABLE appraisal_reminders (
    appeal_id BYTEA NOT NULL REFERENCES appraisal_appeals (id),
    occasion TEXT NOT NULL CHECK (occasion IN ('soon', 'late')),
    reminded_at BIGINT NOT NULL,
    PRIMARY KEY (appeal_id, occasion)
);

-- what was written in words goes when its member is made anonymous, and nothing else
CREATE TRIGGER appraisal_appeals_append_only BEFORE UPDATE OF id, entry_id, member_id, unit_id, due_on, created_at OR DELETE OR TRUNCATE
    ON appraisal_appeals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER appraisal_appeal_decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON appraisal_appeal_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

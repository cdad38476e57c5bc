-- What a member objects to; one for each entry.
CREATE TABLE appraisal_appeals (
    id BLOB NOT NULL PRIMARY KEY,
    entry_id BLOB NOT NULL UNIQUE REFERENCES appraisal_entries (id),
    member_id BLOB NOT NULL REFERENCES members (id),
    -- the member's home at that time
    unit_id BLOB NOT NULL REFERENCES units (id),
    text TEXT NOT NULL,
    -- the day by which it is decided
    due_on DATE NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX appraisal_appeals_by_member ON appraisal_appeals (member_id, id);
CREATE INDEX appraisal_appeals_by_due ON appraisal_appeals (due_on, id);

CREATE TABLE appraisal_appeal_decisions (
    appeal_id BLOB NOT NULL PRIMARY KEY REFERENCES appraisal_appeals (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('upheld', 'rejected', 'taken_back')),
    reason TEXT,
    -- what is right instead, before the caps; NULL for nothing
    points INTEGER,
    -- the opposite entry, and the one that came in its place
    correction_id BLOB REFERENCES appraisal_entries (id),
    replacement_id BLOB REFERENCES appraisal_entries (id),
    decided_by BLOB NOT NULL REFERENCES members (id),
    decided_at BIGINT NOT NULL
);

-- Who was reminded of which appeal, so that of several servers one reminds.
CREATE TABLE appraisal_reminders (
    appeal_id BLOB NOT NULL REFERENCES appraisal_appeals (id),
    occasion TEXT NOT NULL CHECK (occasion IN ('soon', 'late')),
    reminded_at BIGINT NOT NULL,
    PRIMARY KEY (appeal_id, occasion)
);

-- what was written in words goes when its member is made anonymous, and nothing else
CREATE TRIGGER appraisal_appeals_no_update BEFORE UPDATE OF id, entry_id, member_id, unit_id, due_on, created_at ON appraisal_appeals
BEGIN SELECT RAISE(ABORT, 'appraisal_appeals is append-only'); END;
CREATE TRIGGER appraisal_appeals_no_delete BEFORE DELETE ON appraisal_appeals
BEGIN SELECT RAISE(ABORT, 'appraisal_appeals is append-only'); END;
CREATE TRIGGER appraisal_appeal_decisions_no_update BEFORE UPDATE ON appraisal_appeal_decisions
BEGIN SELECT RAISE(ABORT, 'appraisal_appeal_decisions is append-only'); END;
CREATE TRIGGER appraisal_appeal_decisions_no_delete BEFORE DELETE ON appraisal_appeal_decisions
BEGIN SELECT RAISE(ABORT, 'appraisal_appeal_decisions is append-only'); END;

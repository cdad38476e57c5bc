-- What was set, and what was proposed. In force is the newest approved row of a key, and the default where there is none;
-- value is NULL where a setting was put back to its default.
CREATE TABLE setting_changes (
    id BLOB NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    former BIGINT NOT NULL,
    value BIGINT,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'taken_back', 'expired')),
    proposed_by BLOB NOT NULL,
    proposed_at BIGINT NOT NULL,
    answered_by BLOB,
    answered_at BIGINT
);
CREATE INDEX setting_changes_of ON setting_changes (key, id);
-- one at a time waits for a second person
CREATE UNIQUE INDEX setting_changes_open ON setting_changes (key) WHERE state = 'open';

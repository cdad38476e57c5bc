-- What somebody proposed to give or to take; points are hundredths, below zero for deductions.
CREATE TABLE appraisal_proposals (
    id BYTEA NOT NULL PRIMARY KEY,
    member_id BYTEA NOT NULL REFERENCES members (id),
    -- the member's home at that time
    unit_id BYTEA NOT NULL REFERENCES units (id),
    rule TEXT NOT NULL,
    scheme_version INTEGER NOT NULL REFERENCES appraisal_schemes (version),
    dimension TEXT NOT NULL,
    points INTEGER NOT NULL,
    -- when it happened
    day DATE NOT NULL,
    -- what it is about, as it is compared
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- the entry that it puts right
    corrects_id BYTEA,
    import_id BYTEA,
    -- NULL for what a rule proposed by itself
    proposed_by BYTEA REFERENCES members (id),
    -- until when the member may answer, for deductions
    reply_until DATE,
    created_at BIGINT NOT NULL
);
CREATE INDEX appraisal_proposals_by_member ON appraisal_proposals (member_id, id);
CREATE INDEX appraisal_proposals_by_unit ON appraisal_proposals (unit_id, id);
CREATE INDEX appraisal_proposals_by_import ON appraisal_proposals (import_id, id) WHERE import_id IS NOT NULL;

-- One matter gives once and costs once; it is free again when its proposal was taken back or refused as an award.
CREATE TABLE appraisal_causes (
    member_id BYTEA NOT NULL REFERENCES members (id),
    cause TEXT NOT NULL,
    proposal_id BYTEA NOT NULL REFERENCES appraisal_proposals (id),
    PRIMARY KEY (member_id, cause)
);

-- What the member has to say about a deduction.
CREATE TABLE appraisal_replies (
    proposal_id BYTEA NOT NULL PRIMARY KEY REFERENCES appraisal_proposals (id),
    text TEXT NOT NULL,
    replied_at BIGINT NOT NULL
);

CREATE TABLE appraisal_decisions (
    proposal_id BYTEA NOT NULL PRIMARY KEY REFERENCES appraisal_proposals (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('approved', 'refused', 'taken_back')),
    -- what was approved, before the caps
    points INTEGER,
    reason TEXT,
    decided_by BYTEA NOT NULL REFERENCES members (id),
    decided_at BIGINT NOT NULL
);

-- The book of appraisal: nothing of it is ever changed.
CREATE TABLE appraisal_entries (
    id BYTEA NOT NULL PRIMARY KEY,
    member_id BYTEA NOT NULL REFERENCES members (id),
    -- the member's home at that time
    unit_id BYTEA NOT NULL REFERENCES units (id),
    year INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('base', 'bonus', 'deduction')),
    dimension TEXT NOT NULL,
    rule TEXT NOT NULL,
    scheme_version INTEGER NOT NULL REFERENCES appraisal_schemes (version),
    -- hundredths: before the caps, and what was given
    wanted INTEGER NOT NULL,
    points INTEGER NOT NULL,
    -- which cap cut it
    cut_by TEXT,
    day DATE NOT NULL,
    reason TEXT NOT NULL,
    -- what it came from; a correction's source is the entry that it puts right
    source_kind TEXT NOT NULL CHECK (source_kind IN ('opening', 'proposal', 'appeal', 'correction')),
    source_id BYTEA NOT NULL,
    proposed_by BYTEA REFERENCES members (id),
    approved_by BYTEA REFERENCES members (id),
    created_at BIGINT NOT NULL,
    UNIQUE (source_kind, source_id, member_id, dimension)
);
CREATE INDEX appraisal_entries_by_member ON appraisal_entries (member_id, year, id);
CREATE INDEX appraisal_entries_by_rule ON appraisal_entries (rule, day);

CREATE TRIGGER appraisal_proposals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON appraisal_proposals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- what was written in words goes when its member is made anonymous, and nothing else
CREATE TRIGGER appraisal_replies_append_only BEFORE UPDATE OF proposal_id, replied_at OR DELETE OR TRUNCATE
    ON appraisal_replies
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER appraisal_decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON appraisal_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER appraisal_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON appraisal_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

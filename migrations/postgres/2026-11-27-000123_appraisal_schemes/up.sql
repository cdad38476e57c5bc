-- What the appraisal of members counts, whole and in versions; one that was taken back keeps its number.
CREATE TABLE appraisal_schemes (
    version INTEGER NOT NULL PRIMARY KEY,
    -- dimensions, classes, rules and caps, as JSON
    content TEXT NOT NULL,
    -- the decision by which it was made
    basis TEXT NOT NULL,
    effective_on DATE NOT NULL,
    created_by BYTEA REFERENCES members (id),
    created_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);

-- Which class of members somebody belongs to, from which day; the newest row of a day holds.
CREATE TABLE appraisal_classes (
    id BYTEA NOT NULL PRIMARY KEY,
    member_id BYTEA NOT NULL REFERENCES members (id),
    class TEXT NOT NULL,
    from_on DATE NOT NULL,
    reason TEXT NOT NULL,
    set_by BYTEA NOT NULL REFERENCES members (id),
    set_at BIGINT NOT NULL
);
CREATE INDEX appraisal_classes_by_member ON appraisal_classes (member_id, from_on, id);

-- what was written in words goes when its member is made anonymous, and nothing else
CREATE TRIGGER appraisal_classes_append_only BEFORE UPDATE OF id, member_id, class, from_on, set_by, set_at OR DELETE OR TRUNCATE
    ON appraisal_classes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who was kept out of an act because he is involved in what it is about 回避 (kernel/recusals.rs).
CREATE TABLE recusals (
    subject_kind TEXT NOT NULL,
    subject_id BYTEA NOT NULL,
    -- which act upon it, as its room calls it
    act TEXT NOT NULL,
    member_id BYTEA NOT NULL,
    involvement TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (subject_kind, subject_id, act, member_id)
);

-- Every version of a text that may be argued about (kernel/text_versions.rs).
CREATE TABLE text_versions (
    thing_kind TEXT NOT NULL,
    thing_id BYTEA NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    written_by BYTEA NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (thing_kind, thing_id, version)
);

CREATE TRIGGER recusals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recusals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER text_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON text_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

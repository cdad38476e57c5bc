-- Who was kept out of an act because he is involved in what it is about 回避 (kernel/recusals.rs).
CREATE TABLE recusals (
    subject_kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    -- which act upon it, as its room calls it
    act TEXT NOT NULL,
    member_id BLOB NOT NULL,
    involvement TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (subject_kind, subject_id, act, member_id)
) WITHOUT ROWID;

-- Every version of a text that may be argued about (kernel/text_versions.rs).
CREATE TABLE text_versions (
    thing_kind TEXT NOT NULL,
    thing_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    written_by BLOB NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (thing_kind, thing_id, version)
) WITHOUT ROWID;

CREATE TRIGGER recusals_no_update BEFORE UPDATE ON recusals
BEGIN SELECT RAISE(ABORT, 'recusals is append-only'); END;
CREATE TRIGGER recusals_no_delete BEFORE DELETE ON recusals
BEGIN SELECT RAISE(ABORT, 'recusals is append-only'); END;
CREATE TRIGGER text_versions_no_update BEFORE UPDATE ON text_versions
BEGIN SELECT RAISE(ABORT, 'text_versions is append-only'); END;
CREATE TRIGGER text_versions_no_delete BEFORE DELETE ON text_versions
BEGIN SELECT RAISE(ABORT, 'text_versions is append-only'); END;

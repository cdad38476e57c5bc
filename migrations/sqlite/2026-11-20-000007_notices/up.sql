-- The inbox: a notice is for one member or for a unit's whole subtree.
CREATE TABLE notices (
    id BLOB NOT NULL PRIMARY KEY,
    member_id BLOB,
    unit_id BLOB,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    link TEXT,
    created_at BIGINT NOT NULL,
    CHECK ((member_id IS NULL) <> (unit_id IS NULL))
);
CREATE INDEX notices_by_member ON notices (member_id, id) WHERE member_id IS NOT NULL;
CREATE INDEX notices_by_unit ON notices (unit_id, id) WHERE unit_id IS NOT NULL;

CREATE TABLE notice_reads (
    member_id BLOB NOT NULL,
    notice_id BLOB NOT NULL REFERENCES notices (id),
    read_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, notice_id)
) WITHOUT ROWID;

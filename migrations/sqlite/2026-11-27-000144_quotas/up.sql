-- How much of something a member did on the last day on which he did any: one row for each, which the next day begins anew.
CREATE TABLE quotas (
    member_id BLOB NOT NULL,
    what TEXT NOT NULL,
    day DATE NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (member_id, what)
) WITHOUT ROWID;

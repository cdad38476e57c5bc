-- Who asked to be kept out of everything that is done about a thing 自行回避, and why (kernel/recusals.rs).
CREATE TABLE recusal_requests (
    subject_kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (subject_kind, subject_id, member_id)
) WITHOUT ROWID;

CREATE TRIGGER recusal_requests_no_update BEFORE UPDATE ON recusal_requests
BEGIN SELECT RAISE(ABORT, 'recusal_requests is append-only'); END;
CREATE TRIGGER recusal_requests_no_delete BEFORE DELETE ON recusal_requests
BEGIN SELECT RAISE(ABORT, 'recusal_requests is append-only'); END;

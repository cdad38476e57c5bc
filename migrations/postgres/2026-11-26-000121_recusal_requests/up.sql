-- Who asked to be kept out of everything that is done about a thing 自行回避, and why (kernel/recusals.rs).
CREATE TABLE recusal_requests (
    subject_kind TEXT NOT NULL,
    subject_id BYTEA NOT NULL,
    member_id BYTEA NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (subject_kind, subject_id, member_id)
);

CREATE TRIGGER recusal_requests_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recusal_requests
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

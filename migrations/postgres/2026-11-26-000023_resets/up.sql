-- A code for somebody who ever signed in is a reset: it works once its member or a second person has approved it or,
-- where there was nobody else, from `waits_until` on; the member's own devices can refuse it.
ALTER TABLE invitations ADD COLUMN is_reset BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE invitations ADD COLUMN approved_by BYTEA;
ALTER TABLE invitations ADD COLUMN approved_at BIGINT;
ALTER TABLE invitations ADD COLUMN refused_at BIGINT;
ALTER TABLE invitations ADD COLUMN waits_until BIGINT;
UPDATE invitations SET is_reset = TRUE WHERE used_at IS NULL AND member_id IN (SELECT member_id FROM credentials);
CREATE INDEX invitations_by_reset ON invitations (is_reset, id);

-- That a member asked, from a device of his own, for a reset.
CREATE TABLE reset_requests (
    member_id BYTEA NOT NULL PRIMARY KEY REFERENCES members (id),
    requested_at BIGINT NOT NULL
);

-- Every password that was not set with the one before it, for good: whose, for what reason, by whom, and keyed hashes of
-- what the device showed and was given, by which several accounts opened on one device are recognised.
CREATE TABLE account_openings (
    id BYTEA NOT NULL PRIMARY KEY,
    member_id BYTEA NOT NULL REFERENCES members (id),
    kind TEXT NOT NULL,
    grounds TEXT NOT NULL,
    issued_by BYTEA,
    approved_by BYTEA,
    key_shown BYTEA,
    key_given BYTEA,
    surroundings BYTEA,
    opened_at BIGINT NOT NULL
);
CREATE INDEX account_openings_by_member ON account_openings (member_id, opened_at);
CREATE TRIGGER account_openings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_openings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What happened to an account stays in the inbox for good.
ALTER TABLE notices ADD COLUMN lasting BOOLEAN NOT NULL DEFAULT FALSE;

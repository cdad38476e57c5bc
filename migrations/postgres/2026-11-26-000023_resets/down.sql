ALTER TABLE notices DROP COLUMN lasting;
DROP TABLE account_openings;
DROP TABLE reset_requests;
DROP INDEX invitations_by_reset;
ALTER TABLE invitations DROP COLUMN waits_until;
ALTER TABLE invitations DROP COLUMN refused_at;
ALTER TABLE invitations DROP COLUMN approved_at;
ALTER TABLE invitations DROP COLUMN approved_by;
ALTER TABLE invitations DROP COLUMN is_reset;

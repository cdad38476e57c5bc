DROP INDEX outbox_parked;
DROP INDEX outbox_keys;
DROP INDEX outbox_waiting;
ALTER TABLE outbox DROP COLUMN dedup_key;
ALTER TABLE outbox DROP COLUMN lane;
CREATE INDEX outbox_waiting ON outbox (available_at, id) WHERE parked_at IS NULL;

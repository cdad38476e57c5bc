-- Messages wait in lanes, so that a channel that is slow keeps nothing else waiting; one with a key is there once.
ALTER TABLE outbox ADD COLUMN lane TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN dedup_key TEXT;
DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (lane, available_at, id) WHERE parked_at IS NULL;
CREATE UNIQUE INDEX outbox_keys ON outbox (dedup_key) WHERE dedup_key IS NOT NULL;
CREATE INDEX outbox_parked ON outbox (id) WHERE parked_at IS NOT NULL;

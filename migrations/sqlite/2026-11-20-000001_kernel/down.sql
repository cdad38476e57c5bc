DROP TABLE standings;
DROP TABLE ledger_days;
DROP TABLE ledger_entries;
DROP TABLE idempotency_keys;
DROP TABLE trail;
DROP TABLE leases;
DROP TABLE outbox;
DROP TABLE changes;

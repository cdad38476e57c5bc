-- The newest instant that the database knows, put down once a minute, and when the service was down.
CREATE TABLE pulses (
    name TEXT NOT NULL PRIMARY KEY,
    beat_at BIGINT NOT NULL,
    -- by how many microseconds a person let the clock lead that of the database server
    allowed_lead BIGINT NOT NULL
);
CREATE TABLE downtimes (
    from_at BIGINT NOT NULL PRIMARY KEY,
    until_at BIGINT NOT NULL CHECK (until_at > from_at)
);

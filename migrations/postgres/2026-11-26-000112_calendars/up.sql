-- Holidays, and the rest days that are worked for them, of the years that somebody has entered.
CREATE TABLE calendars (
    year INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    days TEXT NOT NULL,
    entered_by BYTEA NOT NULL,
    entered_at BIGINT NOT NULL
);

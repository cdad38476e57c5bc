-- Addresses under which calendars outside read a member's dates, one for each member. The address is made from the id with
-- a key, so whoever reads this table knows none; without the row it leads nowhere.
CREATE TABLE calendar_feeds (
    member_id BLOB NOT NULL PRIMARY KEY REFERENCES members (id),
    id BLOB NOT NULL UNIQUE,
    -- whether things are called by their names, and not by what they are in general
    is_detailed BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

-- What members set for themselves: large type, hours without reminders, kinds of notices that are not counted.
CREATE TABLE member_settings (
    member_id BLOB NOT NULL PRIMARY KEY REFERENCES members (id),
    settings TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

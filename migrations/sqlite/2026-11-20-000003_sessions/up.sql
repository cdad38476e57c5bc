-- How members sign in and stay signed in.
CREATE TABLE credentials (
    member_id BLOB NOT NULL PRIMARY KEY REFERENCES members (id),
    password_hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- A family of refresh tokens on one device. `method` says how it began: password or invite now, wechat and wecom later.
CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    member_id BLOB NOT NULL REFERENCES members (id),
    method TEXT NOT NULL,
    device TEXT NOT NULL,
    refresh_hash BLOB NOT NULL,
    previous_hash BLOB,
    rotated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_because TEXT
);
CREATE INDEX sessions_by_member ON sessions (member_id, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE invitations (
    id BLOB NOT NULL PRIMARY KEY,
    code_hash BLOB NOT NULL UNIQUE,
    member_id BLOB NOT NULL REFERENCES members (id),
    issued_by BLOB,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX invitations_by_member ON invitations (member_id);

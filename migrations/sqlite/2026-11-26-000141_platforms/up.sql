-- Accounts that members have on other platforms. The id there is found by its keyed hash and lies here sealed.
CREATE TABLE platform_accounts (
    platform TEXT NOT NULL,
    account_hash BLOB NOT NULL,
    account_sealed BLOB NOT NULL,
    union_hash BLOB,
    session_key_sealed BLOB,
    member_id BLOB NOT NULL REFERENCES members (id),
    bound_by TEXT NOT NULL,
    bound_at BIGINT NOT NULL,
    PRIMARY KEY (platform, account_hash),
    UNIQUE (platform, member_id)
) WITHOUT ROWID;
CREATE INDEX platform_accounts_by_member ON platform_accounts (member_id);

-- What the platforms let us in by, sealed; one process at a time fetches the next one.
CREATE TABLE platform_tokens (
    name TEXT NOT NULL PRIMARY KEY,
    token_sealed BLOB,
    expires_at BIGINT NOT NULL,
    fetching_until BIGINT NOT NULL
) WITHOUT ROWID;

-- What a code for signing in gave, for five minutes: a phone that asks again is told the same, and the platform is asked once.
CREATE TABLE platform_codes (
    code_hash BLOB NOT NULL PRIMARY KEY,
    holder BLOB NOT NULL,
    outcome_sealed BLOB,
    asked_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX platform_codes_by_time ON platform_codes (asked_at);

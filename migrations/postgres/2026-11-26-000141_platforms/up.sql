-- Accounts that members have on other platforms. The id there is found by its keyed hash and lies here sealed.
CREATE TABLE platform_accounts (
    platform TEXT NOT NULL,
    account_hash BYTEA NOT NULL,
    account_sealed BYTEA NOT NULL,
    union_hash BYTEA,
    session_key_sealed BYTEA,
    member_id BYTEA NOT NULL REFERENCES members (id),
    bound_by TEXT NOT NULL,
    bound_at BIGINT NOT NULL,
    PRIMARY KEY (platform, account_hash),
    UNIQUE (platform, member_id)
);
CREATE INDEX platform_accounts_by_member ON platform_accounts (member_id);

-- What the platforms let us in by, sealed; one process at a time fetches the next one.
CREATE TABLE platform_tokens (
    name TEXT NOT NULL PRIMARY KEY,
    token_sealed BYTEA,
    expires_at BIGINT NOT NULL,
    fetching_until BIGINT NOT NULL
);

-- What a code for signing in gave, for five minutes: a phone that asks again is told the same, and the platform is asked once.
CREATE TABLE platform_codes (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    holder BYTEA NOT NULL,
    outcome_sealed BYTEA,
    asked_at BIGINT NOT NULL
);
CREATE INDEX platform_codes_by_time ON platform_codes (asked_at);

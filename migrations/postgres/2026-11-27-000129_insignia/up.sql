-- Flags and plates that move from holder to holder.
CREATE TABLE insignia (
    id BYTEA NOT NULL PRIMARY KEY,
    unit_id BYTEA NOT NULL REFERENCES units (id),
    name TEXT NOT NULL,
    created_by BYTEA NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL,
    UNIQUE (unit_id, name)
);

-- Who has it, from when until when; at most one at any instant.
CREATE TABLE insignia_holdings (
    id BYTEA NOT NULL PRIMARY KEY,
    insignia_id BYTEA NOT NULL REFERENCES insignia (id),
    holder_kind TEXT NOT NULL CHECK (holder_kind IN ('member', 'unit', 'brand', 'post', 'zone')),
    member_id BYTEA REFERENCES members (id),
    unit_id BYTEA NOT NULL REFERENCES units (id),
    holder_id BYTEA REFERENCES honour_holders (id),
    document TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT CHECK (to_at >= from_at),
    given_by BYTEA NOT NULL REFERENCES members (id),
    taken_by BYTEA REFERENCES members (id)
);
CREATE UNIQUE INDEX insignia_holdings_one ON insignia_holdings (insignia_id) WHERE to_at IS NULL;
CREATE INDEX insignia_holdings_by_insignia ON insignia_holdings (insignia_id, id);

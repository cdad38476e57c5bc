-- The organisation tree, its members and their duties.
CREATE TABLE units (
    id BLOB NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_id BLOB REFERENCES units (id),
    closed_on DATE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX units_by_parent ON units (parent_id);

CREATE TABLE members (
    id BLOB NOT NULL PRIMARY KEY,
    employee_no TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    phone_sealed BLOB,
    phone_index BLOB,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    unit_id BLOB NOT NULL REFERENCES units (id),
    hidden_from_boards BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX members_by_unit ON members (unit_id, employee_no);
-- A phone number signs in at most one member who has not left.
CREATE UNIQUE INDEX members_phone ON members (phone_index) WHERE phone_index IS NOT NULL AND status <> 'left';

CREATE TABLE roles (
    id BLOB NOT NULL PRIMARY KEY,
    member_id BLOB NOT NULL REFERENCES members (id),
    role TEXT NOT NULL,
    unit_id BLOB NOT NULL REFERENCES units (id),
    from_on DATE NOT NULL,
    to_on DATE,
    granted_by BLOB,
    created_at BIGINT NOT NULL
);
CREATE INDEX roles_by_member ON roles (member_id);
CREATE INDEX roles_by_unit ON roles (unit_id);

-- Days on which a member was away (leave, long shift): they freeze the streak and leave the denominators.
CREATE TABLE absences (
    id BLOB NOT NULL PRIMARY KEY,
    member_id BLOB NOT NULL REFERENCES members (id),
    from_on DATE NOT NULL,
    to_on DATE
);
CREATE INDEX absences_by_member ON absences (member_id, from_on);

-- What holders asked a member of their unit to prepare; the item stays with them.
ALTER TABLE desk_items ADD COLUMN preparer_id BYTEA;
CREATE INDEX desk_items_by_preparer ON desk_items (preparer_id) WHERE preparer_id IS NOT NULL;

CREATE TABLE desk_assignments (
    -- it goes with the item
    item_id BYTEA NOT NULL PRIMARY KEY REFERENCES desk_items (id) ON DELETE CASCADE,
    member_id BYTEA NOT NULL REFERENCES members (id),
    assigned_by BYTEA NOT NULL REFERENCES members (id),
    note TEXT,
    assigned_at BIGINT NOT NULL,
    -- what he has prepared
    prepared TEXT,
    prepared_at BIGINT,
    CHECK ((prepared IS NULL) = (prepared_at IS NULL))
);
CREATE INDEX desk_assignments_by_member ON desk_assignments (member_id);
CREATE INDEX desk_assignments_by_assigner ON desk_assignments (assigned_by);

-- What lay with a duty on the day it ended: once for each duty, and never changed.
CREATE TABLE desk_hand_overs (
    id BYTEA NOT NULL PRIMARY KEY,
    role_id BYTEA NOT NULL UNIQUE REFERENCES roles (id),
    member_id BYTEA NOT NULL REFERENCES members (id),
    role TEXT NOT NULL,
    unit_id BYTEA NOT NULL REFERENCES units (id),
    ended_on DATE NOT NULL,
    -- how many in all, also beyond those that are listed
    items INTEGER NOT NULL CHECK (items >= 0),
    at BIGINT NOT NULL
);
CREATE INDEX desk_hand_overs_by_unit ON desk_hand_overs (unit_id, id);
CREATE INDEX desk_hand_overs_by_member ON desk_hand_overs (member_id, id);

CREATE TABLE desk_hand_over_items (
    id BYTEA NOT NULL PRIMARY KEY,
    hand_over_id BYTEA NOT NULL REFERENCES desk_hand_overs (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    due_on DATE,
    waits_since BIGINT NOT NULL,
    UNIQUE (hand_over_id, number)
);

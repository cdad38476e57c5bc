-- Imports that were written, so that each can be taken back as a whole (kernel/imports.rs).
CREATE TABLE imports (
    id BYTEA NOT NULL PRIMARY KEY,
    -- which room's: members, units, questions, brands
    kind TEXT NOT NULL,
    -- absent for the operator of the machine
    imported_by BYTEA,
    created_at BIGINT NOT NULL,
    taken_back_at BIGINT,
    taken_back_by BYTEA
);

-- What each wrote, in its order: what the thing was before, absent when it is new, and what it became.
CREATE TABLE import_lines (
    import_id BYTEA NOT NULL,
    place INTEGER NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BYTEA NOT NULL,
    former TEXT,
    content TEXT NOT NULL,
    PRIMARY KEY (import_id, place)
);

CREATE INDEX imports_by_time ON imports (created_at);

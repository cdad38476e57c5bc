-- Lists of what units owe: of a year, of a month, to be put right, of a programme, supervised.
CREATE TABLE task_lists (
    id BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('year', 'month', 'rectification', 'programme', 'supervision')),
    title TEXT NOT NULL,
    -- who sets it and closes its tasks
    unit_id BYTEA NOT NULL REFERENCES units (id),
    year INTEGER NOT NULL,
    -- the document on which it rests
    basis TEXT,
    -- how often units tell how far they are
    rhythm TEXT NOT NULL CHECK (rhythm IN ('none', 'weekly', 'monthly', 'quarterly')),
    created_by BYTEA NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX task_lists_by_unit ON task_lists (unit_id, id);

-- What a list asks; laid on a unit it becomes a task.
CREATE TABLE task_items (
    id BYTEA NOT NULL PRIMARY KEY,
    list_id BYTEA NOT NULL REFERENCES task_lists (id),
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    standard TEXT NOT NULL,
    -- what it came from: a word, the thing with its place in it, and a document
    source_kind TEXT,
    source_id BYTEA,
    source_place INTEGER,
    source_document TEXT,
    lead_unit_id BYTEA REFERENCES units (id),
    -- units that help, as JSON
    assisting_ids TEXT NOT NULL,
    -- the leader in charge
    leader_id BYTEA REFERENCES members (id),
    axis TEXT NOT NULL CHECK (axis IN ('party', 'production')),
    due_on DATE NOT NULL,
    weight INTEGER NOT NULL,
    focus BOOLEAN NOT NULL,
    -- words of frameworks, as JSON
    tags TEXT NOT NULL,
    -- why evidence must be attached; NULL where it need not be
    evidence TEXT,
    -- steps with their days, as JSON
    nodes TEXT NOT NULL,
    -- a task was made of it
    laid BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (list_id, number)
);
CREATE INDEX task_items_by_source ON task_items (source_kind, source_id) WHERE source_id IS NOT NULL;

-- A list, or some of it, on its way to units.
CREATE TABLE task_layings (
    id BYTEA NOT NULL PRIMARY KEY,
    list_id BYTEA NOT NULL REFERENCES task_lists (id),
    -- the items and the units, as JSON
    plan TEXT NOT NULL,
    total INTEGER NOT NULL,
    done INTEGER NOT NULL,
    laid INTEGER NOT NULL,
    created_by BYTEA NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX task_layings_by_list ON task_layings (list_id, id);
CREATE INDEX task_layings_open ON task_layings (id) WHERE ended_at IS NULL;

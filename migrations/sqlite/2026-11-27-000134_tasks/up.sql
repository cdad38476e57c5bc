-- What a unit owes; its state is that of its last step.
CREATE TABLE tasks (
    id BLOB NOT NULL PRIMARY KEY,
    list_id BLOB NOT NULL REFERENCES task_lists (id),
    item_id BLOB NOT NULL REFERENCES task_items (id),
    unit_id BLOB NOT NULL REFERENCES units (id),
    -- the unit whose list it is
    issuing_unit_id BLOB NOT NULL REFERENCES units (id),
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    standard TEXT NOT NULL,
    axis TEXT NOT NULL,
    leader_id BLOB REFERENCES members (id),
    due_on DATE NOT NULL,
    -- as it was before it was ever put off
    first_due_on DATE NOT NULL,
    weight INTEGER NOT NULL,
    focus BOOLEAN NOT NULL,
    evidence TEXT,
    state TEXT NOT NULL,
    -- how often it was put off
    extensions INTEGER NOT NULL,
    -- until when the unit accepts or answers
    answer_by DATE NOT NULL,
    suspended_until DATE,
    merged_into BLOB,
    submitted_by BLOB REFERENCES members (id),
    submitted_on DATE,
    reported_on DATE,
    closed_on DATE,
    reminded_on DATE,
    created_by BLOB NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (item_id, unit_id)
);
CREATE INDEX tasks_by_unit ON tasks (unit_id, state, due_on, id);
CREATE INDEX tasks_by_issuer ON tasks (issuing_unit_id, state, due_on, id);
CREATE INDEX tasks_by_list ON tasks (list_id, state, due_on, id);
CREATE INDEX tasks_by_day ON tasks (due_on, id);
CREATE INDEX tasks_by_leader ON tasks (leader_id, due_on, id) WHERE leader_id IS NOT NULL;
CREATE INDEX tasks_suspended ON tasks (suspended_until) WHERE state = 'suspended';
CREATE INDEX tasks_unanswered ON tasks (answer_by) WHERE state = 'issued' AND reminded_on IS NULL;
CREATE INDEX tasks_closed ON tasks (closed_on) WHERE closed_on IS NOT NULL;

-- Who is to do it; who was taken off stays as somebody who had a part in it.
CREATE TABLE task_people (
    task_id BLOB NOT NULL REFERENCES tasks (id),
    member_id BLOB NOT NULL REFERENCES members (id),
    part TEXT NOT NULL CHECK (part IN ('head', 'doer')),
    present BOOLEAN NOT NULL,
    PRIMARY KEY (task_id, member_id)
);
CREATE INDEX task_people_by_member ON task_people (member_id, task_id);

CREATE TABLE task_assistants (
    task_id BLOB NOT NULL REFERENCES tasks (id),
    unit_id BLOB NOT NULL REFERENCES units (id),
    PRIMARY KEY (task_id, unit_id)
);
CREATE INDEX task_assistants_by_unit ON task_assistants (unit_id, task_id);

CREATE TABLE task_nodes (
    task_id BLOB NOT NULL REFERENCES tasks (id),
    place INTEGER NOT NULL,
    title TEXT NOT NULL,
    due_on DATE NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'dropped')),
    -- what was done, or why it was dropped
    note TEXT,
    -- why it was late
    delay TEXT,
    settled_on DATE,
    settled_by BLOB REFERENCES members (id),
    PRIMARY KEY (task_id, place)
);

-- What became of a task, step by step.
CREATE TABLE task_steps (
    id BLOB NOT NULL PRIMARY KEY,
    task_id BLOB NOT NULL REFERENCES tasks (id),
    at BIGINT NOT NULL,
    -- NULL where its time had come
    actor_id BLOB REFERENCES members (id),
    verb TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    -- what the unit answered, by a word
    answer TEXT,
    note TEXT
);
CREATE INDEX task_steps_by_task ON task_steps (task_id, id);

-- How far a unit says that it is.
CREATE TABLE task_reports (
    id BLOB NOT NULL PRIMARY KEY,
    task_id BLOB NOT NULL REFERENCES tasks (id),
    at BIGINT NOT NULL,
    member_id BLOB NOT NULL REFERENCES members (id),
    light TEXT NOT NULL,
    percent INTEGER NOT NULL,
    next_step TEXT NOT NULL,
    delay TEXT
);
CREATE INDEX task_reports_by_task ON task_reports (task_id, id);

-- What somebody asked for and others grant: more time, or that a task is struck off.
CREATE TABLE task_requests (
    id BLOB NOT NULL PRIMARY KEY,
    task_id BLOB NOT NULL REFERENCES tasks (id),
    kind TEXT NOT NULL CHECK (kind IN ('extension', 'cancellation')),
    until_on DATE,
    reason TEXT NOT NULL,
    -- what is done by then, and how the rest is caught up
    done TEXT,
    remedy TEXT,
    state TEXT NOT NULL,
    asked_by BLOB NOT NULL REFERENCES members (id),
    asked_at BIGINT NOT NULL,
    -- who granted it for the issuer; for a focus task the leader in charge follows
    granted_by BLOB REFERENCES members (id),
    answered_by BLOB REFERENCES members (id),
    answered_at BIGINT,
    answer TEXT
);
CREATE INDEX task_requests_by_task ON task_requests (task_id, id);
CREATE UNIQUE INDEX task_requests_open ON task_requests (task_id, kind) WHERE state = 'open';

CREATE TRIGGER task_steps_no_delete BEFORE DELETE ON task_steps
BEGIN SELECT RAISE(ABORT, 'task_steps is append-only'); END;
CREATE TRIGGER task_steps_no_update BEFORE UPDATE ON task_steps
BEGIN SELECT RAISE(ABORT, 'task_steps is append-only'); END;

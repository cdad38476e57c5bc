-- What is due from every unit of a kind below a unit, how often and in which window.
CREATE TABLE report_forms (
    id BLOB NOT NULL PRIMARY KEY,
    unit_id BLOB NOT NULL REFERENCES units (id),
    title TEXT NOT NULL,
    -- by what it is asked, and who reads what comes in
    basis TEXT NOT NULL,
    reader TEXT NOT NULL,
    owner_id BLOB NOT NULL REFERENCES members (id),
    unit_kind TEXT NOT NULL,
    cycle TEXT NOT NULL,
    -- the day of the week, or of the last month of the period, on which it opens
    opens_day INTEGER NOT NULL,
    -- days after the period's last day
    due_after INTEGER NOT NULL,
    allows_no_change BOOLEAN NOT NULL,
    -- the shipped form that it was copied from
    preset TEXT,
    state TEXT NOT NULL,
    -- more than the limits allow: approved by those above
    over_limit BOOLEAN NOT NULL,
    -- the newest version of its fields
    version INTEGER NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    -- a day in the next period that is to be opened
    next_on DATE NOT NULL,
    created_by BLOB NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL,
    answered_by BLOB REFERENCES members (id),
    answered_at BIGINT,
    answer TEXT
);
CREATE INDEX report_forms_by_unit ON report_forms (unit_id, id);
CREATE INDEX report_forms_by_state ON report_forms (state, next_on);

-- The fields of a form as they were written; nothing of it is ever changed.
CREATE TABLE report_form_versions (
    form_id BLOB NOT NULL REFERENCES report_forms (id),
    version INTEGER NOT NULL,
    fields TEXT NOT NULL,
    written_by BLOB NOT NULL REFERENCES members (id),
    written_at BIGINT NOT NULL,
    PRIMARY KEY (form_id, version)
);

CREATE TABLE report_periods (
    id BLOB NOT NULL PRIMARY KEY,
    form_id BLOB NOT NULL REFERENCES report_forms (id),
    version INTEGER NOT NULL,
    first_on DATE NOT NULL,
    -- included
    last_on DATE NOT NULL,
    due_on DATE NOT NULL,
    opened_at BIGINT NOT NULL,
    -- who ticked that the bulletin of it names units
    names_by BLOB REFERENCES members (id),
    UNIQUE (form_id, first_on)
);

-- What one unit owes for one period.
CREATE TABLE reports (
    id BLOB NOT NULL PRIMARY KEY,
    period_id BLOB NOT NULL REFERENCES report_periods (id),
    form_id BLOB NOT NULL REFERENCES report_forms (id),
    unit_id BLOB NOT NULL REFERENCES units (id),
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- what is being written
    draft TEXT NOT NULL,
    -- the state of the draft, another one with every change
    revision BLOB NOT NULL,
    edited_by BLOB REFERENCES members (id),
    edited_at BIGINT,
    -- what was handed in last
    submitted TEXT,
    submitted_by BLOB REFERENCES members (id),
    submitted_at BIGINT,
    -- by which it is late or not
    first_submitted_at BIGINT,
    no_change BOOLEAN NOT NULL,
    due_on DATE NOT NULL,
    -- before it was deferred
    first_due_on DATE NOT NULL,
    reviewed_by BLOB REFERENCES members (id),
    reviewed_at BIGINT,
    -- why it was returned last
    return_reason TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (period_id, unit_id)
);
CREATE INDEX reports_by_unit ON reports (unit_id, due_on, id);
CREATE INDEX reports_by_form ON reports (form_id, unit_id);
CREATE INDEX reports_by_state ON reports (state, due_on);
CREATE INDEX reports_by_due ON reports (due_on, id);

-- That something comes later, or not at all; answered by another person before its day.
CREATE TABLE report_requests (
    id BLOB NOT NULL PRIMARY KEY,
    report_id BLOB NOT NULL REFERENCES reports (id),
    kind TEXT NOT NULL CHECK (kind IN ('defer', 'exempt')),
    until_on DATE,
    reason TEXT NOT NULL,
    proposed_by BLOB NOT NULL REFERENCES members (id),
    proposed_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_by BLOB REFERENCES members (id),
    answered_at BIGINT,
    answer TEXT
);
CREATE INDEX report_requests_by_report ON report_requests (report_id, id);

-- What a unit says of a number that the program filled in.
CREATE TABLE report_corrections (
    id BLOB NOT NULL PRIMARY KEY,
    report_id BLOB NOT NULL REFERENCES reports (id),
    field TEXT NOT NULL,
    -- the number as it stood there
    shown TEXT NOT NULL,
    note TEXT NOT NULL,
    noted_by BLOB NOT NULL REFERENCES members (id),
    noted_at BIGINT NOT NULL,
    answer TEXT,
    answered_by BLOB REFERENCES members (id),
    answered_at BIGINT
);
CREATE INDEX report_corrections_by_report ON report_corrections (report_id, id);

-- Of what somebody was reminded.
CREATE TABLE report_reminders (
    report_id BLOB NOT NULL REFERENCES reports (id),
    occasion TEXT NOT NULL,
    reminded_at BIGINT NOT NULL,
    PRIMARY KEY (report_id, occasion)
);

CREATE TRIGGER report_form_versions_no_update BEFORE UPDATE ON report_form_versions
BEGIN SELECT RAISE(ABORT, 'report_form_versions is append-only'); END;
CREATE TRIGGER report_form_versions_no_delete BEFORE DELETE ON report_form_versions
BEGIN SELECT RAISE(ABORT, 'report_form_versions is append-only'); END;

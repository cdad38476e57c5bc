-- What stars and grades are made of, whole and in versions; one that was taken back keeps its number.
CREATE TABLE star_schemes (
    version INTEGER NOT NULL PRIMARY KEY,
    -- thresholds, quotas and titles, as JSON
    content TEXT NOT NULL,
    -- the decision by which it was made
    basis TEXT NOT NULL,
    effective_on DATE NOT NULL,
    created_by BLOB REFERENCES members (id),
    created_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);

-- What posts and zones lost: one star, or all of them.
CREATE TABLE honour_falls (
    id BLOB NOT NULL PRIMARY KEY,
    holder_id BLOB NOT NULL REFERENCES honour_holders (id),
    fall TEXT NOT NULL CHECK (fall IN ('star', 'plate')),
    day DATE NOT NULL,
    document TEXT NOT NULL,
    entered_by BLOB NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX honour_falls_by_holder ON honour_falls (holder_id, day);

-- A branch on its way to a grade: one a year.
CREATE TABLE grade_cases (
    id BLOB NOT NULL PRIMARY KEY,
    unit_id BLOB NOT NULL REFERENCES units (id),
    year INTEGER NOT NULL,
    wanted TEXT NOT NULL CHECK (wanted IN ('standard', 'model', 'red_flag')),
    state TEXT NOT NULL,
    -- the day by which what the inspection found is put right
    due_on DATE,
    created_by BLOB NOT NULL REFERENCES members (id),
    created_at BIGINT NOT NULL,
    UNIQUE (unit_id, year)
);
CREATE INDEX grade_cases_by_year ON grade_cases (year, id);

-- What was done on that way.
CREATE TABLE grade_steps (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES grade_cases (id),
    step TEXT NOT NULL,
    -- hundredths
    score INTEGER,
    note TEXT,
    due_on DATE,
    taken_by BLOB NOT NULL REFERENCES members (id),
    taken_at BIGINT NOT NULL
);
CREATE INDEX grade_steps_by_case ON grade_steps (case_id, id);

-- Which grade a branch has from which day, NULL for none; the newest row of a day holds.
CREATE TABLE unit_grades (
    id BLOB NOT NULL PRIMARY KEY,
    unit_id BLOB NOT NULL REFERENCES units (id),
    grade TEXT CHECK (grade IN ('standard', 'model', 'red_flag')),
    how TEXT NOT NULL,
    -- the score of the inspection, in hundredths
    score INTEGER,
    from_on DATE NOT NULL,
    case_id BLOB REFERENCES grade_cases (id),
    document TEXT NOT NULL,
    set_by BLOB NOT NULL REFERENCES members (id),
    set_at BIGINT NOT NULL
);
CREATE INDEX unit_grades_by_unit ON unit_grades (unit_id, from_on, id);

CREATE TRIGGER honour_falls_no_update BEFORE UPDATE ON honour_falls
BEGIN SELECT RAISE(ABORT, 'honour_falls is append-only'); END;
CREATE TRIGGER honour_falls_no_delete BEFORE DELETE ON honour_falls
BEGIN SELECT RAISE(ABORT, 'honour_falls is append-only'); END;
CREATE TRIGGER grade_steps_no_update BEFORE UPDATE ON grade_steps
BEGIN SELECT RAISE(ABORT, 'grade_steps is append-only'); END;
CREATE TRIGGER grade_steps_no_delete BEFORE DELETE ON grade_steps
BEGIN SELECT RAISE(ABORT, 'grade_steps is append-only'); END;
CREATE TRIGGER unit_grades_no_update BEFORE UPDATE ON unit_grades
BEGIN SELECT RAISE(ABORT, 'unit_grades is append-only'); END;
CREATE TRIGGER unit_grades_no_delete BEFORE DELETE ON unit_grades
BEGIN SELECT RAISE(ABORT, 'unit_grades is append-only'); END;

-- How branches stood when a month had ended: of the tasks that were due in it. Rows come and never change.
CREATE TABLE task_standings (
    first_on DATE NOT NULL,
    unit_id BYTEA NOT NULL REFERENCES units (id),
    due INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    on_time INTEGER NOT NULL,
    -- sums of weights, in hundredths
    weight_due BIGINT NOT NULL,
    weight_closed BIGINT NOT NULL,
    PRIMARY KEY (first_on, unit_id)
);

-- The months of which it was told.
CREATE TABLE task_standing_months (
    first_on DATE NOT NULL PRIMARY KEY,
    made_at BIGINT NOT NULL
);

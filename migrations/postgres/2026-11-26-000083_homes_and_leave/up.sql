-- Where a member was at home until a day, that day included; no unit while he was not in the enterprise.
CREATE TABLE former_homes (
    member_id BYTEA NOT NULL REFERENCES members (id),
    last_on DATE NOT NULL,
    unit_id BYTEA REFERENCES units (id),
    PRIMARY KEY (member_id, last_on)
);
-- Below what a unit lay until a day.
CREATE TABLE former_parents (
    unit_id BYTEA NOT NULL REFERENCES units (id),
    last_on DATE NOT NULL,
    parent_id BYTEA REFERENCES units (id),
    PRIMARY KEY (unit_id, last_on)
);

-- Leave is entered by somebody, with a reason.
ALTER TABLE absences ADD COLUMN reason TEXT;
ALTER TABLE absences ADD COLUMN entered_by BYTEA REFERENCES members (id);
ALTER TABLE absences ADD COLUMN entered_at BIGINT;
CREATE INDEX absences_by_day ON absences (to_on, from_on);

-- Meetings 三会一课 of a unit, with their attendance; an idea is collected and decided at one.
CREATE TABLE meetings (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    unit_id BLOB NOT NULL REFERENCES units (id),
    held_on DATE NOT NULL,
    title TEXT NOT NULL,
    minutes TEXT NOT NULL,
    created_by BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX meetings_by_unit ON meetings (unit_id, held_on);

CREATE TABLE meeting_attendance (
    meeting_id BLOB NOT NULL REFERENCES meetings (id),
    member_id BLOB NOT NULL,
    PRIMARY KEY (meeting_id, member_id)
) WITHOUT ROWID;

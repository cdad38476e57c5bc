-- What a correction of a key would have changed of the best run of a member's day: shown beside frozen boards, in none.
CREATE TABLE challenge_corrections (
    correction_id BYTEA NOT NULL,
    member_id BYTEA NOT NULL,
    day DATE NOT NULL,
    made_on DATE NOT NULL,
    points INTEGER NOT NULL,
    PRIMARY KEY (member_id, day, correction_id)
);
CREATE INDEX challenge_corrections_by_day ON challenge_corrections (day);

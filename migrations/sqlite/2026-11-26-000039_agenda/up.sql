-- What is due when. A row is an occasion to look, never a fact of its own: what is to be done then stands in the tables
-- of the room whose kind it is. Every server looks at everything when it starts, so rows of before need no filling.
-- mark is new with every change of a row, so that who has dealt with it takes away only what he has seen.
CREATE TABLE agenda (
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    due_at BIGINT NOT NULL,
    mark BLOB NOT NULL,
    held_until BIGINT,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX agenda_due ON agenda (due_at);

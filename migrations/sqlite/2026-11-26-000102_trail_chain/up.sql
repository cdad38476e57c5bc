-- Each line of the trail says from where it came and what became of the act, and is sealed: a keyed hash over itself and
-- the seal before it. Lines wait in a queue for their seal, since transactions end in another order than they begin.
ALTER TABLE trail ADD COLUMN session_id BLOB;
ALTER TABLE trail ADD COLUMN address BLOB;
ALTER TABLE trail ADD COLUMN result TEXT NOT NULL DEFAULT 'done';

CREATE TABLE trail_unsealed (
    line_id BLOB NOT NULL PRIMARY KEY
);
INSERT INTO trail_unsealed SELECT id FROM trail;

CREATE TABLE trail_seals (
    position BIGINT NOT NULL PRIMARY KEY,
    line_id BLOB NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    sealed_at BIGINT NOT NULL
);
CREATE TRIGGER trail_seals_no_update BEFORE UPDATE ON trail_seals
BEGIN SELECT RAISE(ABORT, 'trail_seals is append-only'); END;
CREATE TRIGGER trail_seals_no_delete BEFORE DELETE ON trail_seals
BEGIN SELECT RAISE(ABORT, 'trail_seals is append-only'); END;

-- Each line of the trail says from where it came and what became of the act, and is sealed: a keyed hash over itself and
-- the seal before it. Lines wait in a queue for their seal, since transactions end in another order than they begin.
ALTER TABLE trail ADD COLUMN session_id BYTEA;
ALTER TABLE trail ADD COLUMN address BYTEA;
ALTER TABLE trail ADD COLUMN result TEXT NOT NULL DEFAULT 'done';

CREATE TABLE trail_unsealed (
    line_id BYTEA NOT NULL PRIMARY KEY
);
INSERT INTO trail_unsealed SELECT id FROM trail;

CREATE TABLE trail_seals (
    position BIGINT NOT NULL PRIMARY KEY,
    line_id BYTEA NOT NULL UNIQUE,
    hash BYTEA NOT NULL,
    sealed_at BIGINT NOT NULL
);
CREATE TRIGGER trail_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

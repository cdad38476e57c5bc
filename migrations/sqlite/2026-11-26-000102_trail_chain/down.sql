DROP TABLE trail_seals;
DROP TABLE trail_unsealed;
ALTER TABLE trail DROP COLUMN result;
ALTER TABLE trail DROP COLUMN address;
ALTER TABLE trail DROP COLUMN session_id;

ALTER TABLE notices DROP COLUMN superseded;
ALTER TABLE notices DROP COLUMN count;
DROP TABLE inbox_moves;

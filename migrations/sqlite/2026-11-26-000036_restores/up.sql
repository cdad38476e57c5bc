-- Each time that the database was put back from a backup. What others remember of it from before is of another life:
-- the boards in Redis bear the newest id in their names.
CREATE TABLE restores (
    id BLOB NOT NULL PRIMARY KEY,
    backup_at BIGINT,
    restored_at BIGINT NOT NULL
);

ALTER TABLE members DROP COLUMN on_boards;

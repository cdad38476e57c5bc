ALTER TABLE questions DROP COLUMN any_number;
ALTER TABLE questions DROP COLUMN keep_order;

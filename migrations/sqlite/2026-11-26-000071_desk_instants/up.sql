-- The instant from which something is late, where the day alone does not tell (kernel/desk.rs).
ALTER TABLE desk_items ADD COLUMN due_at BIGINT;

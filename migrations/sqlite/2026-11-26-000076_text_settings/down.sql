ALTER TABLE setting_changes DROP COLUMN text;
ALTER TABLE setting_changes DROP COLUMN former_text;

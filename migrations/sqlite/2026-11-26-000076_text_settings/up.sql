-- Settings that are text: the numbers beside them are 0 then.
ALTER TABLE setting_changes ADD COLUMN former_text TEXT;
ALTER TABLE setting_changes ADD COLUMN text TEXT;

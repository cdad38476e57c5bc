-- What stands for a brand beside its name: measures, experience, figures, keywords, a picture, and the brand above it.
ALTER TABLE brands ADD COLUMN measures TEXT NOT NULL DEFAULT '';
ALTER TABLE brands ADD COLUMN experience TEXT NOT NULL DEFAULT '';
ALTER TABLE brands ADD COLUMN figures TEXT NOT NULL DEFAULT '';
-- a list of words as JSON
ALTER TABLE brands ADD COLUMN keywords TEXT NOT NULL DEFAULT '[]';
-- a file that is attached to the brand, or to the entry by which its mark was chosen
ALTER TABLE brands ADD COLUMN picture_id BYTEA;
ALTER TABLE brands ADD COLUMN parent_id BYTEA REFERENCES brands (id);
CREATE INDEX brands_by_parent ON brands (parent_id) WHERE parent_id IS NOT NULL;

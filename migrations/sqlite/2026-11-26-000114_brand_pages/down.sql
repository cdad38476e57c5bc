DROP INDEX brands_by_parent;
ALTER TABLE brands DROP COLUMN parent_id;
ALTER TABLE brands DROP COLUMN picture_id;
ALTER TABLE brands DROP COLUMN keywords;
ALTER TABLE brands DROP COLUMN figures;
ALTER TABLE brands DROP COLUMN experience;
ALTER TABLE brands DROP COLUMN measures;

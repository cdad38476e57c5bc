DROP TABLE desk_hand_over_items;
DROP TABLE desk_hand_overs;
DROP TABLE desk_assignments;
DROP INDEX desk_items_by_preparer;
ALTER TABLE desk_items DROP COLUMN preparer_id;

DROP TABLE idea_hand_ins;
DROP INDEX idea_steps_by_time;
ALTER TABLE idea_steps DROP COLUMN unit_id;

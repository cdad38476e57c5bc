DROP TABLE task_hand_overs;
ALTER TABLE task_people DROP COLUMN by_duty;

ALTER TABLE study_pushes DROP COLUMN reminded_at;
ALTER TABLE study_pushes DROP COLUMN remind_at;
ALTER TABLE study_pushes DROP COLUMN notice_id;
DROP TABLE channel_choices;
DROP TABLE channel_deliveries;

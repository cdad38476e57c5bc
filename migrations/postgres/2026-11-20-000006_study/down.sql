DROP TABLE study_days;
DROP TABLE streak_days;
DROP TABLE study_readings;
DROP TABLE study_servings;
DROP TABLE study_pushes;
DROP TABLE study_items;

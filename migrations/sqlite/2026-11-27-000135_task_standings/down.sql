DROP TABLE task_standing_months;
DROP TABLE task_standings;

DROP TABLE attempt_successes;
DROP TABLE attempts;

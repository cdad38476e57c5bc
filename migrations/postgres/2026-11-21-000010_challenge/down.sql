DROP TABLE challenge_tallied_days;
DROP TABLE challenge_days;
DROP TABLE challenge_answers;
DROP TABLE challenge_runs;

DROP TABLE challenge_corrections;

DROP TABLE idea_outcome_corrections;

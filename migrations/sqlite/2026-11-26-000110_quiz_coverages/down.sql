DROP TABLE quiz_coverages;

DROP TABLE title_steps;
DROP TABLE title_nominations;
DROP TABLE title_rounds;

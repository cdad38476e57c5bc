DROP TABLE anonymisations;

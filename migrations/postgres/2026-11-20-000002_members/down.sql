DROP TABLE absences;
DROP TABLE roles;
DROP TABLE members;
DROP TABLE units;

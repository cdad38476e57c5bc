DROP TABLE agenda;

DROP TABLE question_voidings;

DROP TABLE quiz_wrong_answers;
DROP TABLE quiz_submissions;
DROP TABLE quiz_fetches;
DROP TABLE quiz_papers;
DROP TABLE questions;

DROP TABLE question_guards;
DROP INDEX quiz_papers_untallied;
ALTER TABLE quiz_papers DROP COLUMN tallied_at;
DROP TABLE question_tallies;
DROP TABLE question_versions;
ALTER TABLE questions DROP COLUMN search;
ALTER TABLE questions DROP COLUMN first_dealt_at;
ALTER TABLE questions DROP COLUMN version;

DROP INDEX invitations_by_expiry;
DROP INDEX study_readings_unfinished;
DROP INDEX quiz_wrong_answers_cleared;

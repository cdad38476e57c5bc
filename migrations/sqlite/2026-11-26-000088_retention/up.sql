-- For those who throw away what nobody asks for any more.
CREATE INDEX quiz_wrong_answers_cleared ON quiz_wrong_answers (cleared_at) WHERE cleared_at IS NOT NULL;
CREATE INDEX study_readings_unfinished ON study_readings (day) WHERE finished_at IS NULL;
CREATE INDEX invitations_by_expiry ON invitations (expires_at);

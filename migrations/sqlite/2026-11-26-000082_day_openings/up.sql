-- Since when there was something to do on a day: what came out too late breaks no streak.
ALTER TABLE study_days ADD COLUMN opened_at BIGINT NOT NULL DEFAULT 0;
UPDATE study_days SET opened_at = COALESCE((
    SELECT MIN(published_at) FROM study_pushes
    WHERE study_pushes.unit_id = study_days.unit_id AND study_pushes.day = study_days.day
        AND published_at IS NOT NULL AND cancelled_at IS NULL
), 9223372036854775807);
UPDATE study_days SET opened_at = MIN(opened_at, COALESCE((
    SELECT MIN(published_at) FROM quiz_papers
    WHERE quiz_papers.unit_id = study_days.unit_id AND quiz_papers.day = study_days.day AND published_at IS NOT NULL
), 9223372036854775807));
UPDATE study_days SET opened_at = 0 WHERE opened_at = 9223372036854775807;

ALTER TABLE ideas ADD COLUMN collected_at BIGINT;
ALTER TABLE ideas ADD COLUMN collect_meeting_id BYTEA REFERENCES meetings (id);
ALTER TABLE ideas ADD COLUMN verdict TEXT;
ALTER TABLE ideas ADD COLUMN decision_reason TEXT;
ALTER TABLE ideas ADD COLUMN decided_at BIGINT;
ALTER TABLE ideas ADD COLUMN decide_meeting_id BYTEA REFERENCES meetings (id);
ALTER TABLE ideas ADD COLUMN delivered_at BIGINT;
ALTER TABLE ideas ADD COLUMN evidence TEXT;
ALTER TABLE ideas ADD COLUMN accepted_at BIGINT;
ALTER TABLE ideas ADD COLUMN closed_at BIGINT;
ALTER TABLE ideas ADD COLUMN return_reason TEXT;
UPDATE ideas SET collected_at = step.at, collect_meeting_id = step.meeting_id
    FROM idea_steps AS step WHERE step.idea_id = ideas.id AND step.in_force AND step.verb = 'collect';
UPDATE ideas SET decided_at = step.at, decide_meeting_id = step.meeting_id, decision_reason = step.note,
    verdict = CASE step.verb WHEN 'adopt' THEN 'adopted' WHEN 'file' THEN 'filed' WHEN 'decline' THEN 'declined' ELSE 'pilot' END
    FROM idea_steps AS step
    WHERE step.idea_id = ideas.id AND step.in_force AND step.verb IN ('adopt', 'pilot', 'file', 'decline');
UPDATE ideas SET delivered_at = step.at, evidence = step.note
    FROM idea_steps AS step WHERE step.idea_id = ideas.id AND step.in_force AND step.verb = 'deliver';
UPDATE ideas SET accepted_at = step.at
    FROM idea_steps AS step WHERE step.idea_id = ideas.id AND step.in_force AND step.verb = 'accept';
UPDATE ideas SET closed_at = step.at
    FROM idea_steps AS step WHERE step.idea_id = ideas.id AND step.in_force AND step.verb = 'close';
UPDATE ideas SET return_reason = step.note, delivered_at = NULL
    FROM idea_steps AS step WHERE step.idea_id = ideas.id AND step.in_force AND step.verb = 'return';
DROP INDEX ideas_by_submission;
DROP INDEX idea_steps_in_force;
ALTER TABLE idea_steps DROP COLUMN in_force;

-- What an idea shows of its way (who, when, why, at which meeting) are its steps; the row kept it a second time, in columns
-- of every state. A step is in force until another one takes its place or sends the idea back.
ALTER TABLE idea_steps ADD COLUMN in_force BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE idea_steps SET in_force = TRUE WHERE id IN (
    SELECT latest.id
    FROM (
        SELECT id, idea_id, kind, row_number() OVER (PARTITION BY idea_id, kind ORDER BY id DESC) AS newest
        FROM (
            SELECT id, idea_id,
                CASE WHEN verb IN ('adopt', 'pilot', 'file', 'decline') THEN 'decide' ELSE verb END AS kind
            FROM idea_steps
            WHERE verb NOT IN ('report', 'reopen', 'record_outcome')
        ) AS kinds
    ) AS latest
    JOIN ideas ON ideas.id = latest.idea_id
    WHERE latest.newest = 1 AND CASE latest.kind
        WHEN 'collect' THEN ideas.collected_at IS NOT NULL
        WHEN 'decide' THEN ideas.verdict IS NOT NULL
        WHEN 'return' THEN ideas.return_reason IS NOT NULL
        WHEN 'deliver' THEN ideas.evidence IS NOT NULL
        ELSE TRUE
    END
);
-- all that statistics ask of a step
CREATE INDEX idea_steps_in_force ON idea_steps (idea_id, verb, at) WHERE in_force;
CREATE INDEX ideas_by_submission ON ideas (submitted_at) WHERE submitted_at IS NOT NULL;

ALTER TABLE ideas DROP COLUMN collected_at;
ALTER TABLE ideas DROP COLUMN collect_meeting_id;
ALTER TABLE ideas DROP COLUMN verdict;
ALTER TABLE ideas DROP COLUMN decision_reason;
ALTER TABLE ideas DROP COLUMN decided_at;
ALTER TABLE ideas DROP COLUMN decide_meeting_id;
ALTER TABLE ideas DROP COLUMN delivered_at;
ALTER TABLE ideas DROP COLUMN evidence;
ALTER TABLE ideas DROP COLUMN accepted_at;
ALTER TABLE ideas DROP COLUMN closed_at;
ALTER TABLE ideas DROP COLUMN return_reason;

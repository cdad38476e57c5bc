-- How texts are compared has grown (docs/comparing.md): what was stored to be searched in is written anew by the program.
UPDATE questions SET search = '';
INSERT INTO backlog (work, subject_id)
SELECT 'ideas.search', ideas.id
FROM ideas
WHERE ideas.state <> 'withdrawn'
    AND NOT EXISTS (
        SELECT 1 FROM backlog AS left_over WHERE left_over.work = 'ideas.search' AND left_over.subject_id = ideas.id
    );
INSERT INTO backlog (work, subject_id)
SELECT 'members.phones', id FROM members WHERE phone_sealed IS NOT NULL;

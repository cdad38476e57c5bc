-- What a migration leaves to the program, since only it can write it (kernel/backlog.rs).
CREATE TABLE backlog (
    work TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    PRIMARY KEY (work, subject_id)
) WITHOUT ROWID;

-- Ideas that were written before there was a search; how a text is compared, only the program knows.
INSERT INTO backlog (work, subject_id)
SELECT 'ideas.search', ideas.id
FROM ideas
WHERE ideas.state <> 'withdrawn'
    AND NOT EXISTS (
        SELECT 1 FROM search_entries AS entry WHERE entry.kind = 'idea' AND entry.subject_id = ideas.id
    );

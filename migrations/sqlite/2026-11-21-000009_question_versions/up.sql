-- A question that was dealt before keeps its former wordings: attempts refer to the version that they answered.
ALTER TABLE questions ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- When it was first put on a paper or asked; until then an edit changes it in place.
ALTER TABLE questions ADD COLUMN first_dealt_at BIGINT;
-- Stem and options, folded, to search in. The quiz job writes it for questions older than this column.
ALTER TABLE questions ADD COLUMN search TEXT NOT NULL DEFAULT '';

UPDATE questions SET first_dealt_at = dealt.at
FROM (
    SELECT replace(each.value ->> 'id', '-', '') AS id, min(papers.created_at) AS at
    FROM quiz_papers AS papers, json_each(papers.questions) AS each
    GROUP BY 1
) AS dealt
WHERE lower(hex(questions.id)) = dealt.id;

CREATE TABLE question_versions (
    question_id BLOB NOT NULL REFERENCES questions (id),
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    replaced_by BLOB NOT NULL,
    replaced_at BIGINT NOT NULL,
    PRIMARY KEY (question_id, version)
) WITHOUT ROWID;

-- How a version of a question fared in one finished paper, day of challenges or contest.
CREATE TABLE question_tallies (
    question_id BLOB NOT NULL REFERENCES questions (id),
    version INTEGER NOT NULL,
    source_kind TEXT NOT NULL,
    source_id BLOB NOT NULL,
    shown BIGINT NOT NULL,
    right_count BIGINT NOT NULL,
    chosen TEXT NOT NULL,
    upper_count BIGINT NOT NULL,
    upper_right BIGINT NOT NULL,
    lower_count BIGINT NOT NULL,
    lower_right BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (question_id, version, source_kind, source_id)
) WITHOUT ROWID;
CREATE INDEX question_tallies_by_source ON question_tallies (source_kind, source_id);

ALTER TABLE quiz_papers ADD COLUMN tallied_at BIGINT;
CREATE INDEX quiz_papers_untallied ON quiz_papers (day) WHERE tallied_at IS NULL AND published_at IS NOT NULL;

-- Questions whose key nobody may see for a while: those of a contest that is running.
CREATE TABLE question_guards (
    question_id BLOB NOT NULL REFERENCES questions (id),
    source_id BLOB NOT NULL,
    guarded_until BIGINT NOT NULL,
    PRIMARY KEY (question_id, source_id)
) WITHOUT ROWID;
CREATE INDEX question_guards_by_source ON question_guards (source_id);

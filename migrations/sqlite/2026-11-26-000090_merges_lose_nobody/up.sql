-- A like was given to a text: it counts as long as that text stands.
ALTER TABLE idea_likes ADD COLUMN former_text BOOLEAN NOT NULL DEFAULT FALSE;
-- Comments go on under the idea that is kept, and say about which one they were made.
ALTER TABLE idea_comments ADD COLUMN said_about BLOB;
CREATE INDEX idea_comments_by_first ON idea_comments (said_about, id) WHERE said_about IS NOT NULL;
-- what went into an idea
CREATE INDEX ideas_by_kept ON ideas (merged_into) WHERE merged_into IS NOT NULL;

-- Nobody supports what is his own: whoever became a co-author after his like.
DELETE FROM idea_likes WHERE EXISTS (
    SELECT 1 FROM idea_people
    WHERE idea_people.idea_id = idea_likes.idea_id AND idea_people.member_id = idea_likes.member_id
        AND idea_people.part = 'co_author'
);

-- What was merged before loses nobody either: its authors support the idea that is kept, and its comments stand there.
WITH RECURSIVE goes_on (id, kept) AS (
    SELECT id, merged_into FROM ideas WHERE merged_into IS NOT NULL
    UNION
    SELECT goes_on.id, ideas.merged_into FROM goes_on JOIN ideas ON ideas.id = goes_on.kept
    WHERE ideas.merged_into IS NOT NULL
),
writers (id, member_id) AS (
    SELECT id, author_id FROM ideas
    UNION
    SELECT idea_id, member_id FROM idea_people WHERE part = 'co_author'
)
INSERT INTO idea_likes (idea_id, member_id, created_at, former_text)
SELECT goes_on.kept, writers.member_id, min(ideas.updated_at), FALSE
FROM goes_on
JOIN writers ON writers.id = goes_on.id
JOIN ideas ON ideas.id = goes_on.id
WHERE NOT EXISTS (
    SELECT 1 FROM writers AS own WHERE own.id = goes_on.kept AND own.member_id = writers.member_id
)
GROUP BY goes_on.kept, writers.member_id
ON CONFLICT DO NOTHING;

WITH RECURSIVE goes_on (id, kept) AS (
    SELECT id, merged_into FROM ideas WHERE merged_into IS NOT NULL
    UNION
    SELECT goes_on.id, ideas.merged_into FROM goes_on JOIN ideas ON ideas.id = goes_on.kept
    WHERE ideas.merged_into IS NOT NULL
),
last_of (id, kept) AS (
    SELECT goes_on.id, goes_on.kept FROM goes_on JOIN ideas ON ideas.id = goes_on.kept WHERE ideas.merged_into IS NULL
)
UPDATE idea_comments SET said_about = idea_id, idea_id = (SELECT kept FROM last_of WHERE last_of.id = idea_comments.idea_id)
WHERE idea_id IN (SELECT id FROM last_of);

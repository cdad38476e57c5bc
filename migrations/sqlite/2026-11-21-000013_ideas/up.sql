-- Golden ideas 金点子. The row says where an idea stands, idea_steps how it came there.
CREATE TABLE ideas (
    id BLOB NOT NULL PRIMARY KEY,
    author_id BLOB NOT NULL,
    -- the author's home unit when it was written, and the branch of that unit (the unit itself where there is none)
    unit_id BLOB NOT NULL REFERENCES units (id),
    branch_id BLOB NOT NULL,
    category TEXT NOT NULL,
    title TEXT NOT NULL,
    problem TEXT NOT NULL,
    proposal TEXT NOT NULL,
    benefit TEXT NOT NULL,
    stage TEXT NOT NULL,
    submitted_at BIGINT,
    collected_at BIGINT,
    collect_meeting_id BLOB REFERENCES meetings (id),
    verdict TEXT,
    decision_reason TEXT,
    decided_at BIGINT,
    decide_meeting_id BLOB REFERENCES meetings (id),
    implementer_id BLOB,
    due_on DATE,
    delivered_at BIGINT,
    evidence TEXT,
    accepted_at BIGINT,
    closed_at BIGINT,
    return_reason TEXT,
    merged_into BLOB REFERENCES ideas (id),
    -- the unit whose post acts next: a projection of the stage and the roster, brought up to date by a job
    waits_unit_id BLOB,
    -- the day on which the implementer was last reminded
    reminded_on DATE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX ideas_by_branch ON ideas (branch_id, id);
CREATE INDEX ideas_by_unit ON ideas (unit_id, id);
CREATE INDEX ideas_by_author ON ideas (author_id, id);
CREATE INDEX ideas_by_implementer ON ideas (implementer_id, id) WHERE implementer_id IS NOT NULL;
CREATE INDEX ideas_by_post ON ideas (waits_unit_id, id) WHERE waits_unit_id IS NOT NULL;
CREATE INDEX ideas_under_way ON ideas (due_on) WHERE stage IN ('assigned', 'implementing');

-- Who else is part of an idea: co-authors, and whoever has ever been asked to carry it out.
CREATE TABLE idea_people (
    idea_id BLOB NOT NULL REFERENCES ideas (id),
    member_id BLOB NOT NULL,
    part TEXT NOT NULL,
    PRIMARY KEY (idea_id, member_id, part)
) WITHOUT ROWID;
CREATE INDEX idea_people_by_member ON idea_people (member_id, idea_id);

-- Every step that an idea took: the timeline, and what a repeated request is compared with.
CREATE TABLE idea_steps (
    id BLOB NOT NULL PRIMARY KEY,
    idea_id BLOB NOT NULL REFERENCES ideas (id),
    at BIGINT NOT NULL,
    actor_id BLOB NOT NULL,
    verb TEXT NOT NULL,
    from_stage TEXT NOT NULL,
    to_stage TEXT NOT NULL,
    note TEXT,
    meeting_id BLOB,
    member_id BLOB,
    due_on DATE,
    request_hash BLOB NOT NULL
);
CREATE INDEX idea_steps_by_idea ON idea_steps (idea_id, id);

CREATE TABLE idea_likes (
    idea_id BLOB NOT NULL REFERENCES ideas (id),
    member_id BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (idea_id, member_id)
) WITHOUT ROWID;

CREATE TABLE idea_comments (
    id BLOB NOT NULL PRIMARY KEY,
    idea_id BLOB NOT NULL REFERENCES ideas (id),
    parent_id BLOB REFERENCES idea_comments (id),
    author_id BLOB NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX idea_comments_by_idea ON idea_comments (idea_id, id);

-- What came of an idea; money in fen.
CREATE TABLE idea_outcomes (
    id BLOB NOT NULL PRIMARY KEY,
    idea_id BLOB NOT NULL REFERENCES ideas (id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    amount_fen BIGINT,
    recorded_by BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK ((kind = 'savings') = (amount_fen IS NOT NULL))
);
CREATE INDEX idea_outcomes_by_idea ON idea_outcomes (idea_id, id);

-- What an idea may be about; the enterprise may change the list.
CREATE TABLE idea_categories (
    name TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
);
INSERT INTO idea_categories (name, position)
VALUES ('智能化', 1), ('矿量', 2), ('指标', 3), ('项目', 4), ('创新', 5), ('作风', 6), ('改革', 7);

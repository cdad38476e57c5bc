-- What waits for whom, of all rooms (kernel/desk.rs). Who holds what, only the program knows: it writes the items of what
-- waits already once it has started.
CREATE TABLE desk_items (
    id BYTEA NOT NULL PRIMARY KEY,
    -- the thing that waits, such as an idea
    kind TEXT NOT NULL,
    subject_id BYTEA NOT NULL,
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    -- the last day that is not late; 2999-12-31 where there is none, so that it comes last in both databases
    due_by DATE NOT NULL,
    urgency TEXT NOT NULL,
    -- for whom: a member, holders of a capability on a unit or the nearest one above, or the member and else they
    member_id BYTEA,
    stay TEXT,
    home_id BYTEA,
    capability TEXT,
    unit_id BYTEA REFERENCES units (id),
    -- the unit whose holders have it now: a projection of the roster, brought up to date by a job
    lies_on BYTEA,
    -- members who may not act on it although they hold the capability; their ids, with spaces between them
    barred TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK ((capability IS NULL) = (unit_id IS NULL)),
    CHECK (member_id IS NOT NULL OR capability IS NOT NULL)
);
CREATE INDEX desk_items_by_subject ON desk_items (kind, subject_id);
CREATE INDEX desk_items_by_member ON desk_items (member_id) WHERE member_id IS NOT NULL;
CREATE INDEX desk_items_by_unit ON desk_items (lies_on, capability) WHERE lies_on IS NOT NULL;

INSERT INTO backlog (work, subject_id)
SELECT 'ideas.desk', id FROM ideas
WHERE state IN ('submitted', 'collected', 'adopted', 'pilot', 'assigned', 'implementing', 'delivered', 'accepted')
    OR (state = 'draft' AND submitted_at IS NOT NULL);
INSERT INTO backlog (work, subject_id) SELECT 'members.duty_desk', id FROM duty_proposals WHERE state = 'open';
INSERT INTO backlog (work, subject_id) SELECT 'members.phone_desk', id FROM phone_proposals WHERE state = 'open';
INSERT INTO backlog (work, subject_id)
SELECT 'sessions.reset_desk', member_id FROM reset_requests
UNION
SELECT 'sessions.reset_desk', member_id FROM invitations
WHERE is_reset AND used_at IS NULL AND refused_at IS NULL AND approved_at IS NULL;

-- whose turn an idea is stands with its item
DROP INDEX ideas_by_post;
ALTER TABLE ideas DROP COLUMN waits_unit_id;

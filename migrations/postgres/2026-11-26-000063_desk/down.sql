ALTER TABLE ideas ADD COLUMN waits_unit_id BYTEA;
CREATE INDEX ideas_by_post ON ideas (waits_unit_id, id) WHERE waits_unit_id IS NOT NULL;
DELETE FROM backlog WHERE work IN (
    'ideas.desk', 'members.duty_desk', 'members.phone_desk', 'sessions.reset_desk'
);
DROP TABLE desk_items;

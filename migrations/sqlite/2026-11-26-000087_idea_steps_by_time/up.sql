-- Statistics count steps, in the period and at the unit of each. Where an idea stood at earlier steps is not known any more:
-- where it stands is the nearest to it.
ALTER TABLE idea_steps ADD COLUMN unit_id BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
UPDATE idea_steps SET unit_id = (SELECT unit_id FROM ideas WHERE ideas.id = idea_steps.idea_id);
CREATE INDEX idea_steps_by_time ON idea_steps (at, idea_id);
-- who wrote an idea when it was handed in: the author, and those who helped
CREATE TABLE idea_hand_ins (
    step_id BLOB NOT NULL REFERENCES idea_steps (id),
    member_id BLOB NOT NULL,
    PRIMARY KEY (step_id, member_id)
) WITHOUT ROWID;
INSERT INTO idea_hand_ins (step_id, member_id)
SELECT idea_steps.id, ideas.author_id FROM idea_steps JOIN ideas ON ideas.id = idea_steps.idea_id
WHERE idea_steps.verb = 'submit'
UNION
SELECT idea_steps.id, idea_people.member_id FROM idea_steps JOIN idea_people ON idea_people.idea_id = idea_steps.idea_id
WHERE idea_steps.verb = 'submit' AND idea_people.part = 'co_author';

-- Who was named since he held a duty on the unit: with the duty the task goes to others.
ALTER TABLE task_people ADD COLUMN by_duty BOOLEAN NOT NULL DEFAULT FALSE;

-- What somebody handed on whose duty had ended, or who had moved or left.
CREATE TABLE task_hand_overs (
    id BLOB NOT NULL PRIMARY KEY,
    task_id BLOB NOT NULL REFERENCES tasks (id),
    -- whose holders have it now
    unit_id BLOB NOT NULL REFERENCES units (id),
    member_id BLOB NOT NULL REFERENCES members (id),
    part TEXT NOT NULL CHECK (part IN ('leader', 'head', 'doer')),
    handed_on DATE NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX task_hand_overs_by_unit ON task_hand_overs (unit_id, id);
CREATE INDEX task_hand_overs_by_member ON task_hand_overs (member_id, id);
CREATE INDEX task_hand_overs_by_task ON task_hand_overs (task_id);

-- When in the day and where a meeting is, who entered its code, and who was excused.
ALTER TABLE meetings ADD COLUMN begins_at BIGINT;
ALTER TABLE meetings ADD COLUMN ends_at BIGINT;
ALTER TABLE meetings ADD COLUMN place TEXT;

-- null for anyone who was written down
ALTER TABLE meeting_attendance ADD COLUMN entered_at BIGINT;
-- what somebody attended he may read
CREATE INDEX meeting_attendance_by_member ON meeting_attendance (member_id);

CREATE TABLE meeting_excuses (
    meeting_id BYTEA NOT NULL REFERENCES meetings (id),
    member_id BYTEA NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (meeting_id, member_id)
);
CREATE INDEX meeting_excuses_by_member ON meeting_excuses (member_id);

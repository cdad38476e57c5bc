-- Somebody who has moved sees the contests at which he has an attempt.
CREATE INDEX contest_attempts_by_member ON contest_attempts (member_id, contest_id);

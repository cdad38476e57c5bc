-- Lists of one stage, for those who see everything.
CREATE INDEX ideas_by_stage ON ideas (stage, id);

-- Whether something was collected or decided at a meeting.
CREATE INDEX idea_steps_by_meeting ON idea_steps (meeting_id) WHERE meeting_id IS NOT NULL;

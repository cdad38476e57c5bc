DROP INDEX idea_steps_by_meeting;
DROP INDEX ideas_by_stage;

-- The newest day on which a clock that was wrong entered something ahead of its time.
ALTER TABLE standings ADD COLUMN ahead_on DATE;

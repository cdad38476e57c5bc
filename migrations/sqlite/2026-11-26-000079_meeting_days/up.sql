-- Which meeting comes next, whosever it is.
CREATE INDEX meetings_by_day ON meetings (held_on, id);

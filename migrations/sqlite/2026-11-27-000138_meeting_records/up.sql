-- What a meeting was about and what it resolved: the form and the series of a theme day, who led it and who kept the record,
-- how many sat in, its agenda and its decisions.
ALTER TABLE meetings ADD COLUMN form TEXT;
ALTER TABLE meetings ADD COLUMN series TEXT;
ALTER TABLE meetings ADD COLUMN host_id BLOB;
ALTER TABLE meetings ADD COLUMN keeper_id BLOB;
ALTER TABLE meetings ADD COLUMN guest_count INTEGER NOT NULL DEFAULT 0;
CREATE INDEX meetings_by_series ON meetings (series, held_on) WHERE series IS NOT NULL;

CREATE TABLE meeting_agenda (
    meeting_id BLOB NOT NULL REFERENCES meetings (id),
    -- from 1 on
    place INTEGER NOT NULL,
    title TEXT NOT NULL,
    -- the thing of another room that it is about
    linked_kind TEXT CHECK (linked_kind IN ('task', 'idea', 'report')),
    linked_id BLOB,
    PRIMARY KEY (meeting_id, place)
) WITHOUT ROWID;

CREATE TABLE meeting_decisions (
    meeting_id BLOB NOT NULL REFERENCES meetings (id),
    -- from 1 on; tasks name a decision by it
    place INTEGER NOT NULL,
    body TEXT NOT NULL,
    -- NULL where nobody counted
    in_favour INTEGER,
    against INTEGER,
    abstained INTEGER,
    PRIMARY KEY (meeting_id, place)
) WITHOUT ROWID;

-- What became of a notice beyond the inbox: one row for each member who has an account on the channel.
CREATE TABLE channel_deliveries (
    notice_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    channel TEXT NOT NULL,
    nature TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    made_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (notice_id, member_id, channel, nature)
) WITHOUT ROWID;
CREATE INDEX channel_deliveries_collected ON channel_deliveries (member_id, channel, made_at) WHERE state = 'collected';
CREATE INDEX channel_deliveries_reminders ON channel_deliveries (member_id, made_at) WHERE nature = 'reminder';
CREATE INDEX channel_deliveries_by_time ON channel_deliveries (made_at);

-- Which kinds of notices a member wants by which channel, where that is another than the enterprise's default.
CREATE TABLE channel_choices (
    member_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    wanted BOOLEAN NOT NULL,
    chosen_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, kind, channel)
) WITHOUT ROWID;

-- The notice by which a push was told, so that it is known whom it reached; and when those who have not read it are reminded.
ALTER TABLE study_pushes ADD COLUMN notice_id BLOB;
ALTER TABLE study_pushes ADD COLUMN remind_at BIGINT;
ALTER TABLE study_pushes ADD COLUMN reminded_at BIGINT;

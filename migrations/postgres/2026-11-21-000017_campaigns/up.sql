-- Selections: campaigns with their frozen rules, stages, entries, ballots, and what was counted.
CREATE TABLE campaigns (
    id BYTEA NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    unit_id BYTEA NOT NULL REFERENCES units (id),
    state TEXT NOT NULL,
    terms TEXT NOT NULL,
    frozen TEXT,
    frozen_sha256 TEXT,
    created_by BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    announced_at BIGINT,
    opened_at BIGINT
);
CREATE INDEX campaigns_of_unit ON campaigns (unit_id, id);
CREATE INDEX campaigns_by_state ON campaigns (state);

-- Moved by the clock and by organisers, never backwards; only closes_at may change, and only to later.
CREATE TABLE campaign_stages (
    campaign_id BYTEA NOT NULL REFERENCES campaigns (id),
    stage TEXT NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    opens_at BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    opened_at BIGINT,
    closed_at BIGINT,
    PRIMARY KEY (campaign_id, stage)
);
CREATE INDEX campaign_stages_by_state ON campaign_stages (state, opens_at);

CREATE TABLE campaign_extensions (
    id BYTEA NOT NULL PRIMARY KEY,
    campaign_id BYTEA NOT NULL REFERENCES campaigns (id),
    stage TEXT NOT NULL,
    closed_before BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    proposed_by BYTEA NOT NULL,
    proposed_at BIGINT NOT NULL,
    confirmed_by BYTEA,
    confirmed_at BIGINT
);
CREATE INDEX campaign_extensions_of_campaign ON campaign_extensions (campaign_id, id);

-- The electorate as it was at the opening: 48 bytes for each member, sorted; its SHA-256 stands in the frozen rules.
CREATE TABLE campaign_rolls (
    campaign_id BYTEA NOT NULL PRIMARY KEY REFERENCES campaigns (id),
    lines BYTEA NOT NULL
);

CREATE TABLE campaign_entries (
    id BYTEA NOT NULL PRIMARY KEY,
    campaign_id BYTEA NOT NULL REFERENCES campaigns (id),
    unit_id BYTEA NOT NULL REFERENCES units (id),
    category TEXT NOT NULL,
    title TEXT NOT NULL,
    owner_id BYTEA NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    late BOOLEAN NOT NULL,
    judged_version INTEGER,
    number INTEGER,
    on_ballot BOOLEAN NOT NULL,
    created_by BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    submitted_at BIGINT,
    UNIQUE (campaign_id, number)
);
CREATE INDEX campaign_entries_of_campaign ON campaign_entries (campaign_id, id);

CREATE TABLE campaign_entry_versions (
    entry_id BYTEA NOT NULL REFERENCES campaign_entries (id),
    version INTEGER NOT NULL,
    plan TEXT NOT NULL,
    edited_by BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (entry_id, version)
);

CREATE TABLE campaign_articles (
    entry_id BYTEA NOT NULL PRIMARY KEY REFERENCES campaign_entries (id),
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    published_by BYTEA NOT NULL,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- A row for each reader instead of a counter: nobody waits for another reader, and nobody counts twice.
CREATE TABLE campaign_article_views (
    entry_id BYTEA NOT NULL REFERENCES campaign_entries (id),
    member_id BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (entry_id, member_id)
);

-- That somebody voted. What he chose is ciphertext of one length until the counting erases it. No foreign key: every
-- ballot would lock the one row of its campaign; the stage is read in the same statement instead.
CREATE TABLE campaign_ballots (
    campaign_id BYTEA NOT NULL,
    member_id BYTEA NOT NULL,
    period INTEGER NOT NULL,
    sealed BYTEA NOT NULL,
    cast_at BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, member_id, period)
);

-- A counted ballot under a random key, all of a campaign written by one transaction in the order of these keys.
CREATE TABLE campaign_slips (
    campaign_id BYTEA NOT NULL,
    slip_key BYTEA NOT NULL,
    choices BYTEA NOT NULL,
    PRIMARY KEY (campaign_id, slip_key)
);

CREATE TABLE campaign_tallies (
    campaign_id BYTEA NOT NULL PRIMARY KEY REFERENCES campaigns (id),
    electorate INTEGER NOT NULL,
    voters INTEGER NOT NULL,
    ballots_cast INTEGER NOT NULL,
    ballots_counted INTEGER NOT NULL,
    totals TEXT NOT NULL,
    receipts TEXT NOT NULL,
    receipts_sha256 TEXT NOT NULL,
    counted_at BIGINT NOT NULL
);

-- A judge is an expert or a unit; one row holds the marks for all criteria.
CREATE TABLE campaign_scores (
    entry_id BYTEA NOT NULL REFERENCES campaign_entries (id),
    source TEXT NOT NULL,
    judge_id BYTEA NOT NULL,
    campaign_id BYTEA NOT NULL REFERENCES campaigns (id),
    scored_by BYTEA NOT NULL,
    marks TEXT NOT NULL,
    total INTEGER NOT NULL,
    scored_at BIGINT NOT NULL,
    PRIMARY KEY (entry_id, source, judge_id)
);
CREATE INDEX campaign_scores_of_campaign ON campaign_scores (campaign_id, source, judge_id);

-- Between closing and counting; two different people.
CREATE TABLE campaign_voidings (
    id BYTEA NOT NULL PRIMARY KEY,
    campaign_id BYTEA NOT NULL REFERENCES campaigns (id),
    member_id BYTEA NOT NULL,
    period INTEGER NOT NULL,
    reason TEXT NOT NULL,
    proposed_by BYTEA NOT NULL,
    proposed_at BIGINT NOT NULL,
    confirmed_by BYTEA,
    confirmed_at BIGINT,
    UNIQUE (campaign_id, member_id, period)
);

-- What is made of a selection's result: the committee's decision, objections, awards, the bulletin.
ALTER TABLE campaigns ADD COLUMN decided_at BIGINT;
ALTER TABLE campaigns ADD COLUMN published_at BIGINT;
ALTER TABLE campaigns ADD COLUMN archived_at BIGINT;

-- Versions from 1 on; another one only where an objection was upheld.
CREATE TABLE campaign_decisions (
    campaign_id BYTEA NOT NULL REFERENCES campaigns (id),
    version INTEGER NOT NULL,
    lines TEXT NOT NULL,
    left_out TEXT NOT NULL,
    reason TEXT,
    decided_by BYTEA NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, version)
);
CREATE TRIGGER campaign_decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON campaign_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A member objects to an entry once in each version of the decision; the answer is given once.
CREATE TABLE campaign_objections (
    id BYTEA NOT NULL PRIMARY KEY,
    campaign_id BYTEA NOT NULL REFERENCES campaigns (id),
    entry_id BYTEA NOT NULL REFERENCES campaign_entries (id),
    decision_version INTEGER NOT NULL,
    member_id BYTEA NOT NULL,
    text TEXT NOT NULL,
    raised_at BIGINT NOT NULL,
    upheld BOOLEAN,
    answer TEXT,
    answered_by BYTEA,
    answered_at BIGINT,
    UNIQUE (campaign_id, entry_id, decision_version, member_id)
);
CREATE INDEX campaign_objections_of_campaign ON campaign_objections (campaign_id, id);

-- Final awards, written once by the publication.
CREATE TABLE campaign_awards (
    entry_id BYTEA NOT NULL PRIMARY KEY REFERENCES campaign_entries (id),
    campaign_id BYTEA NOT NULL REFERENCES campaigns (id),
    unit_id BYTEA NOT NULL REFERENCES units (id),
    -- its short name on the day of the award
    unit_name TEXT NOT NULL,
    heading TEXT NOT NULL,
    heading_title TEXT NOT NULL,
    -- the place of the heading among all headings, from 0 on
    heading_position INTEGER NOT NULL,
    place INTEGER NOT NULL,
    shared BOOLEAN NOT NULL,
    title TEXT NOT NULL,
    decision_version INTEGER NOT NULL,
    awarded_on DATE NOT NULL
);
CREATE INDEX campaign_awards_of_campaign ON campaign_awards (campaign_id, heading_position, place);
CREATE UNIQUE INDEX campaign_awards_unshared ON campaign_awards (campaign_id, heading, place) WHERE NOT shared;
CREATE INDEX campaign_awards_of_unit ON campaign_awards (unit_id);
CREATE TRIGGER campaign_awards_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON campaign_awards
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE campaign_bulletins (
    campaign_id BYTEA NOT NULL PRIMARY KEY REFERENCES campaigns (id),
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    content TEXT NOT NULL,
    -- as it was issued; from then on nothing else is shown
    sheet TEXT,
    edited_by BYTEA NOT NULL,
    edited_at BIGINT NOT NULL,
    reviewed_by BYTEA,
    reviewed_at BIGINT,
    issued_by BYTEA,
    issued_at BIGINT
);
CREATE TRIGGER campaign_bulletins_issued BEFORE UPDATE ON campaign_bulletins
    FOR EACH ROW WHEN (OLD.state = 'issued') EXECUTE FUNCTION refuse_change();

-- Numbers 〔year〕n of an issuer's series; taken by the bulletin that bears them.
CREATE TABLE campaign_bulletin_numbers (
    prefix TEXT NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    campaign_id BYTEA NOT NULL REFERENCES campaigns (id),
    PRIMARY KEY (prefix, year, number)
);
CREATE INDEX campaign_bulletin_numbers_of_campaign ON campaign_bulletin_numbers (campaign_id);

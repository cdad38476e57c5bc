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
INSERT INTO campaign_bulletins (campaign_id, version, state, content, sheet, edited_by, edited_at, reviewed_by, reviewed_at, issued_by, issued_at)
SELECT about_id, version, state, content, sheet, edited_by, edited_at, reviewed_by, reviewed_at, issued_by, issued_at FROM bulletins WHERE about_kind = 'campaign_bulletin';
DROP TABLE bulletins;
CREATE TRIGGER campaign_bulletins_issued BEFORE UPDATE ON campaign_bulletins
    FOR EACH ROW WHEN (OLD.state = 'issued') EXECUTE FUNCTION refuse_change();

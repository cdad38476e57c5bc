CREATE TABLE campaign_bulletins (
    campaign_id BLOB NOT NULL PRIMARY KEY REFERENCES campaigns (id),
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    content TEXT NOT NULL,
    -- as it was issued; from then on nothing else is shown
    sheet TEXT,
    edited_by BLOB NOT NULL,
    edited_at BIGINT NOT NULL,
    reviewed_by BLOB,
    reviewed_at BIGINT,
    issued_by BLOB,
    issued_at BIGINT
);
INSERT INTO campaign_bulletins (campaign_id, version, state, content, sheet, edited_by, edited_at, reviewed_by, reviewed_at, issued_by, issued_at)
SELECT about_id, version, state, content, sheet, edited_by, edited_at, reviewed_by, reviewed_at, issued_by, issued_at FROM bulletins WHERE about_kind = 'campaign_bulletin';
DROP TABLE bulletins;
CREATE TRIGGER campaign_bulletins_issued BEFORE UPDATE ON campaign_bulletins WHEN OLD.state = 'issued'
BEGIN SELECT RAISE(ABORT, 'an issued bulletin stays as it is'); END;

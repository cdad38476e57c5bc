-- Bulletins belong to no room but their own: what they tell of is a kind of thing and which of them.
CREATE TABLE bulletins (
    about_kind TEXT NOT NULL,
    about_id BYTEA NOT NULL,
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
    issued_at BIGINT,
    PRIMARY KEY (about_kind, about_id)
);
INSERT INTO bulletins (about_kind, about_id, version, state, content, sheet, edited_by, edited_at, reviewed_by, reviewed_at, issued_by, issued_at)
SELECT 'campaign_bulletin', campaign_id, version, state, content, sheet, edited_by, edited_at, reviewed_by, reviewed_at, issued_by, issued_at FROM campaign_bulletins;
DROP TABLE campaign_bulletins;
CREATE TRIGGER bulletins_issued BEFORE UPDATE ON bulletins
    FOR EACH ROW WHEN (OLD.state = 'issued') EXECUTE FUNCTION refuse_change();

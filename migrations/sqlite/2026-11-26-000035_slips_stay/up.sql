-- A counted ballot stays as it was counted, as the ledger and the trail do.
CREATE TRIGGER campaign_slips_no_update BEFORE UPDATE ON campaign_slips
BEGIN SELECT RAISE(ABORT, 'campaign_slips is append-only'); END;
CREATE TRIGGER campaign_slips_no_delete BEFORE DELETE ON campaign_slips
BEGIN SELECT RAISE(ABORT, 'campaign_slips is append-only'); END;

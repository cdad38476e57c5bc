-- A counted ballot stays as it was counted, as the ledger and the trail do.
CREATE TRIGGER campaign_slips_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON campaign_slips
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DROP TRIGGER campaign_slips_no_update;
DROP TRIGGER campaign_slips_no_delete;

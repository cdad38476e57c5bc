UPDATE campaigns SET state = 'called_off' WHERE state = 'cancelled';
ALTER TABLE campaign_cancellations RENAME TO campaign_call_offs;

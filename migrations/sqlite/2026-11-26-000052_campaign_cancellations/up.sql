-- Selections and contests say it alike: what two people end for good is cancelled.
ALTER TABLE campaign_call_offs RENAME TO campaign_cancellations;
UPDATE campaigns SET state = 'cancelled' WHERE state = 'called_off';

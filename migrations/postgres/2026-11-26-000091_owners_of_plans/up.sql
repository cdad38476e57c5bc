-- Who led a plan in each of its versions: nobody judges what he led, also when somebody else does by now.
ALTER TABLE campaign_entry_versions ADD COLUMN owner_id BYTEA;
UPDATE campaign_entry_versions SET owner_id = decode(replace(plan::json ->> 'owner_id', '-', ''), 'hex');

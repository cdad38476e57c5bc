-- Who led a plan in each of its versions: nobody judges what he led, also when somebody else does by now.
ALTER TABLE campaign_entry_versions ADD COLUMN owner_id BLOB;
UPDATE campaign_entry_versions SET owner_id = unhex(replace(json_extract(plan, '$.owner_id'), '-', ''));

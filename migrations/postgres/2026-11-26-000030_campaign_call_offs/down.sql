DROP TABLE campaign_call_offs;

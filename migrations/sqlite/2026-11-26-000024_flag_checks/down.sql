DROP TABLE campaign_flag_looks;
DROP TABLE campaign_flag_checks;

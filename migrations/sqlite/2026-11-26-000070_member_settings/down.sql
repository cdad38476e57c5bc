DROP TABLE member_settings;

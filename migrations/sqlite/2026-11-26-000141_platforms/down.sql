DROP TABLE platform_codes;
DROP TABLE platform_tokens;
DROP TABLE platform_accounts;

ALTER TABLE sessions DROP COLUMN code_given_at;
DROP TABLE second_factor_resets;
DROP TABLE second_factor_codes;
DROP TABLE second_factors;

DROP TABLE insignia_holdings;
DROP TABLE insignia;

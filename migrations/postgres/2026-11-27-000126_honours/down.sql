DROP TABLE honour_bars;
DROP TABLE honour_withdrawals;
DROP TABLE honour_awards;
DROP TABLE honour_holders;

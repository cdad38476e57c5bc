DROP TABLE duty_proposals;

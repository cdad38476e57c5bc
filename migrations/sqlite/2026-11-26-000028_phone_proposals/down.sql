DROP TABLE phone_proposals;

CREATE TABLE campaign_bulletin_numbers (
    prefix TEXT NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    campaign_id BYTEA NOT NULL REFERENCES campaigns (id),
    PRIMARY KEY (prefix, year, number)
);
CREATE INDEX campaign_bulletin_numbers_of_campaign ON campaign_bulletin_numbers (campaign_id);
INSERT INTO campaign_bulletin_numbers (prefix, year, number, campaign_id)
SELECT prefix, year, number, document_id FROM document_numbers WHERE document_kind = 'campaign_bulletin';
DROP TABLE document_numbers;

-- One register of document numbers for everything that is issued; a document is a kind and an id.
CREATE TABLE document_numbers (
    prefix TEXT NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    document_kind TEXT NOT NULL,
    document_id BLOB NOT NULL,
    PRIMARY KEY (prefix, year, number)
) WITHOUT ROWID;
CREATE INDEX document_numbers_of_document ON document_numbers (document_kind, document_id);
INSERT INTO document_numbers (prefix, year, number, document_kind, document_id)
SELECT prefix, year, number, 'campaign_bulletin', campaign_id FROM campaign_bulletin_numbers;
DROP TABLE campaign_bulletin_numbers;

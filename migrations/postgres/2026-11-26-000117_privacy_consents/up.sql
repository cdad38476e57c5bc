-- Who agreed to which version of the privacy notice, and when.
CREATE TABLE privacy_consents (
    member_id BYTEA NOT NULL REFERENCES members (id),
    version TEXT NOT NULL,
    agreed_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, version)
);

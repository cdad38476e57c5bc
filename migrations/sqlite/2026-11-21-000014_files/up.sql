-- Attachments. The bytes lie in a folder or a bucket under stored_as, a thumbnail beside them; a row is committed after
-- its bytes are safe. What is attached to nothing is marked as deleted after a day, then its bytes go, then the row.
CREATE TABLE files (
    id BLOB NOT NULL PRIMARY KEY,
    owner_id BLOB NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('jpeg', 'png', 'webp', 'pdf', 'docx', 'xlsx')),
    size INTEGER NOT NULL CHECK (size > 0),
    sha256 BLOB NOT NULL,
    stored_as TEXT NOT NULL UNIQUE,
    has_thumbnail BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    attached_to_kind TEXT,
    attached_to_id BLOB,
    deleted_at BIGINT,
    CHECK ((attached_to_kind IS NULL) = (attached_to_id IS NULL)),
    CHECK (deleted_at IS NULL OR attached_to_id IS NULL)
);

CREATE INDEX files_of_owner ON files (owner_id, created_at);
CREATE INDEX files_of_subject ON files (attached_to_kind, attached_to_id) WHERE attached_to_id IS NOT NULL;
CREATE INDEX files_loose ON files (created_at) WHERE attached_to_id IS NULL;

-- The layout in which somebody above wants a list or a form's answers handed in: one for each, small workbooks.
CREATE TABLE sheet_layouts (
    -- the thing that is written in it, such as a list of tasks
    kind TEXT NOT NULL,
    subject_id BYTEA NOT NULL,
    -- what the file was called
    name TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    set_by BYTEA NOT NULL REFERENCES members (id),
    set_at BIGINT NOT NULL,
    PRIMARY KEY (kind, subject_id)
);
CREATE INDEX sheet_layouts_by_setter ON sheet_layouts (set_by);

DROP TABLE chunk_cursors;

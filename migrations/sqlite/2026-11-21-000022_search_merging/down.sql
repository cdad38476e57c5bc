INSERT INTO search_grams (search_grams, rank) VALUES ('automerge', 4);

-- FTS5 merges its segments seldom and much at a time, while every write waits. kernel/search has it merge a little with
-- everything that it puts in instead.
INSERT INTO search_grams (search_grams, rank) VALUES ('automerge', 0);

-- A GIN index has nothing to merge.
SELECT 1;

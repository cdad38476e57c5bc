DROP TABLE text_versions;
DROP TABLE recusals;

-- Proposals about settings wait on the desk; who may approve them, only the program knows.
INSERT INTO backlog (work, subject_id) SELECT 'settings.desk', id FROM setting_changes WHERE state = 'open';

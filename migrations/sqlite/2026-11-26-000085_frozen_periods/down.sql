DROP INDEX ledger_entries_by_caps_day;
DROP TABLE frozen_boards;
DROP TABLE frozen_periods;
DROP TABLE frozen_rosters;

DROP TABLE obligation_reminders;
DROP TABLE obligation_exemptions;
DROP TABLE obligation_events;
DROP TABLE obligation_entries;
DROP TABLE obligation_switches;
DROP TABLE obligation_rules;

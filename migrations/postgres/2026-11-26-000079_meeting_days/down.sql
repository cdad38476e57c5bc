DROP INDEX meetings_by_day;

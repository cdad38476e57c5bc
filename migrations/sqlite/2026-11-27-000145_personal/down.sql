DROP TABLE member_corrections;
DROP TABLE member_departures;

DROP TABLE member_corrections;
DROP TABLE member_former_names;
DROP TABLE member_departures;

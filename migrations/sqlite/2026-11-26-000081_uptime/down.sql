DROP TABLE downtimes;
DROP TABLE pulses;

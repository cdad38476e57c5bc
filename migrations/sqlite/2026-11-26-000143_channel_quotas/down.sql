DROP TABLE channel_quotas;

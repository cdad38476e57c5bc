-- The role under which the servers reach the database. PostgreSQL's image runs this once, when it makes the cluster. On
-- a cluster that was made before, or for a new password in .env, run it by hand:
--
--   docker compose exec postgres psql -v ON_ERROR_STOP=1 -U xianfeng -d xianfeng \
--     -f /docker-entrypoint-initdb.d/serving-role.sql
--
-- What the role may do is granted by `xianfeng migrate` (the service migrate), not here.

\getenv role XIANFENG_SERVING_ROLE
\getenv password POSTGRES_SERVING_PASSWORD

SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
-- A vote is counted when every transaction that began before its end is over, whoever's it is.
GRANT pg_read_all_stats TO :"role";

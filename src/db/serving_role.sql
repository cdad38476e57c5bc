-- What the role that serves may do: read and write rows, and nothing that changes tables, triggers or what is
-- append-only. Run by the owner of the tables, within a transaction, with the role's name in xianfeng.serving_role;
-- running it again is harmless.
DO $$
DECLARE
    serving CONSTANT text := current_setting('xianfeng.serving_role');
    place CONSTANT text := current_schema();
    append_only text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = serving) THEN
        RAISE EXCEPTION 'there is no role %: make it with CREATE ROLE … LOGIN PASSWORD …', serving;
    END IF;
    IF pg_has_role(serving, current_user, 'MEMBER') THEN
        RAISE EXCEPTION 'the role % may do everything that the owner % may: choose one that may not', serving, current_user;
    END IF;
    -- before PostgreSQL 15 everybody might make tables; temporary ones everybody may still
    IF pg_has_role((SELECT nspowner FROM pg_namespace WHERE nspname = place), 'USAGE') THEN
        EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %I', place, serving);
    END IF;
    IF pg_has_role((SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE') THEN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, %I', current_database(), serving);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', place, serving);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', place, serving);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', place, serving);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', place, serving);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations FROM %I', serving);
    -- what is left of ballots after their count is vacuumed away at once; before PostgreSQL 17 autovacuum does it later
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE format('GRANT MAINTAIN ON campaign_ballots TO %I', serving);
    END IF;
    -- the tables whose statements a trigger refuses: the ledger, the trail, the slips, decisions and awards
    FOR append_only IN
        SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE proname = 'refuse_change' AND NOT tgisinternal AND tgtype & 1 = 0
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM %I', append_only, serving);
    END LOOP;
END $$;

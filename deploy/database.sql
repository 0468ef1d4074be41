-- The schemas and the right to connect, in a database just made. Run by the superuser;
-- idempotent. All tables come with the migrations (`ctl migrate`).
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION attest_owner;
CREATE SCHEMA IF NOT EXISTS migration AUTHORIZATION attest_owner;
GRANT USAGE ON SCHEMA app TO attest_migrator, attest_tenant, attest_expert, attest_operator, attest_admin,
  attest_worker, attest_auth, attest_public, attest_definer, attest_mover;
-- What Postgres lets everybody do: large objects lie outside row-level security, and a login
-- shared by municipalities could end the others' statements.
DO $$
DECLARE
  f regprocedure;
BEGIN
  FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
           AND (proname LIKE 'lo\_%' OR proname IN ('loread', 'lowrite', 'pg_cancel_backend', 'pg_terminate_backend'))
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$;
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO attest_migrator, attest_tenant, attest_expert, '
    'attest_operator, attest_admin, attest_worker, attest_auth, attest_public, attest_backup',
    current_database());
  EXECUTE format('ALTER DATABASE %I SET search_path = app', current_database());
  EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'UTC');
END $$;

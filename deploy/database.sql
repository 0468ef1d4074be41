-- The schemas and the right to connect, in a database just made. Run by the superuser;
-- idempotent. All tables come with the migrations (`ctl migrate`).
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION attest_owner;
CREATE SCHEMA IF NOT EXISTS migration AUTHORIZATION attest_owner;
GRANT USAGE ON SCHEMA app TO attest_migrator, attest_tenant, attest_expert, attest_operator, attest_admin,
  attest_worker, attest_auth, attest_public, attest_definer, attest_mover;
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO attest_migrator, attest_tenant, attest_expert, '
    'attest_operator, attest_admin, attest_worker, attest_auth, attest_public, attest_backup',
    current_database());
  EXECUTE format('ALTER DATABASE %I SET search_path = app', current_database());
  EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'UTC');
END $$;

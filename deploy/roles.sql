-- Cluster-wide roles (03 §3.3, SEC-01). Run once per cluster by its superuser; idempotent.
-- Production sets passwords and pg_hba itself; nothing here grants access to data.
-- Limits stand on the roles, so that no client can forget them.
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['attest_owner', 'attest_definer', 'attest_mover'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
  FOREACH role IN ARRAY ARRAY['attest_tenant', 'attest_expert', 'attest_operator', 'attest_admin',
                              'attest_worker', 'attest_auth', 'attest_public'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    EXECUTE format('ALTER ROLE %I SET search_path = app', role);
    EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', role, '5s');
    EXECUTE format('ALTER ROLE %I SET lock_timeout = %L', role, '3s');
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', role, '15s');
    EXECUTE format('ALTER ROLE %I SET plan_cache_mode = %L', role, 'auto');
    -- What policies leave of a table is not known when a statement is planned: lists are walked in
    -- the order of their index, as is right for pages in memory and on SSD, not gathered and sorted.
    EXECUTE format('ALTER ROLE %I SET random_page_cost = %L', role, '1.1');
  END LOOP;
  BEGIN
    CREATE ROLE attest_migrator LOGIN NOINHERIT;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END;
  BEGIN
    CREATE ROLE attest_backup LOGIN BYPASSRLS;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END;
END $$;
ALTER ROLE attest_migrator SET search_path = app;
GRANT attest_owner, attest_definer, attest_mover TO attest_migrator;
GRANT pg_read_all_data TO attest_backup;

-- Removing a municipality after its export (SEC-106). One function does all of it in one
-- transaction; tables come from the catalogue, so that none is forgotten. What lies outside
-- Postgres (objects, sessions, counters) is written down here and worked off by `ctl`.

-- The worker exports every table of a municipality: it reads what it could not yet.
DO $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id' AND a.attnotnull
             AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('r', '*')
               AND 'attest_worker'::regrole = ANY (p.polroles)) LOOP
    EXECUTE format('CREATE POLICY worker_read ON app.%I FOR SELECT TO attest_worker
      USING (tenant_id = (SELECT app.ctx_tenant()))', t);
    EXECUTE format('GRANT SELECT ON app.%I TO attest_worker', t);
  END LOOP;
END $$;

-- An expert of a municipality that is gone leaves a closed assignment in the others' cases.
ALTER TABLE app.assignment ALTER COLUMN expert_membership_id DROP NOT NULL,
  ADD CHECK (expert_membership_id IS NOT NULL OR closed_at IS NOT NULL);

-- Municipalities removed, and the file of the export each was removed by.
CREATE TABLE app.removal (
  municipality_id int PRIMARY KEY REFERENCES app.municipality,
  export_id uuid NOT NULL UNIQUE,
  -- NULL: the file is deleted as well.
  export_key text,
  -- What the act of destroyed data says: the name it had, how much of what there was.
  name text NOT NULL,
  counts jsonb NOT NULL,
  removed_at timestamptz NOT NULL DEFAULT app.ctx_now()
);
-- What is left of them outside Postgres. A row goes when the thing is gone.
CREATE TABLE app.leftover (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  municipality_id int NOT NULL REFERENCES app.removal,
  kind text NOT NULL CHECK (kind IN ('object', 'account', 'login')),
  value text NOT NULL
);
CREATE INDEX leftover_of ON app.leftover (municipality_id, id);
ALTER TABLE app.removal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE app.leftover ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY mover_add ON app.removal FOR INSERT TO attest_mover WITH CHECK (true);
CREATE POLICY mover_add ON app.leftover FOR INSERT TO attest_mover WITH CHECK (true);
CREATE POLICY ctl_all ON app.removal FOR ALL TO attest_migrator USING (true);
CREATE POLICY ctl_all ON app.leftover FOR ALL TO attest_migrator USING (true);
GRANT INSERT ON app.removal, app.leftover TO attest_mover;
GRANT SELECT, UPDATE (export_key) ON app.removal TO attest_migrator;
-- The act is printed by the worker.
CREATE POLICY worker_read ON app.removal FOR SELECT TO attest_worker
  USING ((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker'));
GRANT SELECT (municipality_id, export_id, name, counts, removed_at) ON app.removal TO attest_worker;
GRANT SELECT, DELETE ON app.leftover TO attest_migrator;
-- `ctl municipality remove` is the migrator's, who comes by a person on the host.
GRANT USAGE ON SCHEMA app TO attest_migrator;
CREATE POLICY ctl_read ON app.municipality FOR SELECT TO attest_migrator USING (true);
GRANT SELECT (id, slug) ON app.municipality TO attest_migrator;

-- The accounts being erased; set by the function below.
CREATE FUNCTION app.ctx_leaving() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(nullif(current_setting('app.leaving', true), ''), '{}')::bigint[] $$;

-- The tables with a municipality's rows. The audit is the institute's and stays.
CREATE FUNCTION app.tenant_tables() RETURNS SETOF text LANGUAGE sql STABLE
  AS $$ SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id'
          AND a.attnotnull AND c.relname NOT LIKE 'audit%' ORDER BY 1 $$;
-- The tables that belong to an account and to no municipality, with the column that says whose.
-- A member of the institute is never erased with a municipality.
CREATE FUNCTION app.of_accounts() RETURNS TABLE (t text, c text) LANGUAGE sql STABLE
  AS $$ SELECT r.relname::text, a.attname::text FROM pg_constraint k
        JOIN pg_class r ON r.oid = k.conrelid
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f' AND k.confrelid = 'app.account'::regclass AND r.relname <> 'institute_member'
          AND r.relname NOT IN (SELECT app.tenant_tables()) ORDER BY 1 $$;

-- The rights of the mover that 0011 has not given.
GRANT UPDATE (slug, name, kind, public_contacts) ON app.municipality TO attest_mover;
CREATE POLICY mover_read ON app.registration FOR SELECT TO attest_mover
  USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]));
CREATE POLICY mover_blank ON app.registration FOR UPDATE TO attest_mover
  USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]));
GRANT SELECT, UPDATE (person, position, organisation, municipality, registered_by, salt)
  ON app.registration TO attest_mover;
CREATE POLICY mover_erase ON app.account FOR ALL TO attest_mover
  USING (id = ANY ((SELECT app.ctx_leaving())::bigint[]));
GRANT SELECT (id, login_norm), DELETE ON app.account TO attest_mover;
-- Whatever belongs to an account goes with it: found by its foreign key.
DO $$
DECLARE
  t text;
  c text;
BEGIN
  FOR t, c IN SELECT * FROM app.of_accounts() LOOP
    EXECUTE format('CREATE POLICY mover_erase ON app.%I FOR ALL TO attest_mover
      USING (%I = ANY ((SELECT app.ctx_leaving())::bigint[]))', t, c);
    EXECUTE format('GRANT SELECT (%I), DELETE ON app.%I TO attest_mover', c, t);
  END LOOP;
END $$;

GRANT CREATE ON SCHEMA app TO attest_definer, attest_mover;
CREATE POLICY definer_read ON app.file FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_read ON app.letter FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_read ON app.invitation FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_read ON app.transfer FOR SELECT TO attest_definer USING (true);
GRANT SELECT (tenant_id, invited_by, accepted_by) ON app.invitation TO attest_definer;
GRANT SELECT (tenant_id, to_tenant_id, state) ON app.transfer TO attest_definer;
GRANT SELECT (tenant_id, s3_key) ON app.file TO attest_definer;
GRANT SELECT (tenant_id, account_id) ON app.letter TO attest_definer;
SET LOCAL ROLE attest_definer;
-- The accounts that had cabinets in this municipality and nowhere else.
CREATE FUNCTION app.only_here(p_tenant int) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT m.account_id), '{}') FROM app.membership m
  WHERE m.tenant_id = p_tenant
    AND NOT EXISTS (SELECT 1 FROM app.membership o WHERE o.account_id = m.account_id AND o.tenant_id <> p_tenant)
    AND NOT EXISTS (SELECT 1 FROM app.institute_member i WHERE i.account_id = m.account_id) $$;
-- The other municipalities that have an expert of this one, a letter to one of its people, an
-- invitation by or of one, or a transfer to it.
CREATE FUNCTION app.touched_by(p_tenant int, p_accounts bigint[]) RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT x.tenant_id), '{}')
  FROM (SELECT a.tenant_id FROM app.assignment a WHERE a.expert_tenant_id = p_tenant
        UNION SELECT l.tenant_id FROM app.letter l WHERE l.account_id = ANY (p_accounts)
        UNION SELECT i.tenant_id FROM app.invitation i
          WHERE i.invited_by = ANY (p_accounts) OR i.accepted_by = ANY (p_accounts)
        UNION SELECT t.tenant_id FROM app.transfer t WHERE t.to_tenant_id = p_tenant AND t.state = 'asked') x
  WHERE x.tenant_id <> p_tenant $$;
-- The keys of objects no other municipality's row names: a moved case names its old keys.
CREATE FUNCTION app.own_keys(p_tenant int) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT DISTINCT f.s3_key FROM app.file f WHERE f.tenant_id = p_tenant
    AND NOT EXISTS (SELECT 1 FROM app.file o WHERE o.s3_key = f.s3_key AND o.tenant_id <> p_tenant) $$;
-- Which of these keys some row names.
CREATE FUNCTION app.named_keys(p_keys text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT DISTINCT f.s3_key FROM app.file f WHERE f.s3_key = ANY (p_keys) $$;
REVOKE ALL ON FUNCTION app.only_here(int), app.touched_by(int, bigint[]), app.own_keys(int),
  app.named_keys(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.only_here(int), app.touched_by(int, bigint[]), app.own_keys(int) TO attest_mover;
GRANT EXECUTE ON FUNCTION app.named_keys(text[]) TO attest_migrator;

SET LOCAL ROLE attest_mover;
-- Refuses by the name of a constraint, which `ctl` has the words for.
CREATE FUNCTION app.remove_municipality(p_tenant int, p_export uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  place app.municipality;
  export app.municipality_export;
  leaving bigint[];
  elsewhere int[];
  t text;
  c text;
  rows bigint;
  counted bigint;
BEGIN
  PERFORM set_config('app.moving', ARRAY[p_tenant]::text, true);
  SELECT * INTO place FROM app.municipality m WHERE m.id = p_tenant FOR UPDATE;
  -- Suspended, or merged into another: what is final has stayed in it.
  IF place.status IS DISTINCT FROM 'suspended' AND place.merged_into IS NULL THEN
    RAISE EXCEPTION 'not suspended' USING ERRCODE = '23514', CONSTRAINT = 'removal_suspended';
  END IF;
  IF EXISTS (SELECT 1 FROM app.municipality_export e WHERE e.tenant_id = p_tenant AND e.state IN ('queued', 'running')) THEN
    RAISE EXCEPTION 'being exported' USING ERRCODE = '23514', CONSTRAINT = 'removal_exporting';
  END IF;
  SELECT * INTO export FROM app.municipality_export e
    WHERE e.tenant_id = p_tenant AND e.public_id = p_export AND e.state = 'done';
  IF export.id IS NULL OR (place.merged_into IS NULL AND (export.started_at >= place.suspended_at) IS NOT TRUE) THEN
    RAISE EXCEPTION 'not exported since' USING ERRCODE = '23514', CONSTRAINT = 'removal_exported';
  END IF;
  -- Operators work on while it is suspended: what they added is in no older export. Letters, jobs and
  -- pictures of pages are the worker's own, they come and go.
  FOR t, counted IN SELECT key, value FROM jsonb_each_text(export.counts -> 'tables')
                    WHERE key IN (SELECT app.tenant_tables()) AND key NOT IN ('letter', 'job', 'preview') LOOP
    EXECUTE format('SELECT count(*) FROM app.%I WHERE tenant_id = $1', t) INTO rows USING p_tenant;
    IF rows <> counted THEN
      RAISE EXCEPTION '% has changed', t USING ERRCODE = '23514', CONSTRAINT = 'removal_unchanged';
    END IF;
  END LOOP;

  leaving := app.only_here(p_tenant);
  elsewhere := app.touched_by(p_tenant, leaving);
  PERFORM set_config('app.leaving', leaving::text, true);
  SET CONSTRAINTS ALL DEFERRED;

  -- In the others' rows nobody of it is named any more. Its experts' cabinets end as any does, with
  -- gaps, letters and history there (R-SCH-4).
  PERFORM set_config('app.moving', (elsewhere || p_tenant)::text, true);
  UPDATE app.assignment a SET expert_name = 'эксперт удалённого муниципалитета', expert_position = '',
      expert_organisation = '' WHERE a.expert_tenant_id = p_tenant AND a.tenant_id <> p_tenant;
  UPDATE app.membership m SET ended_at = app.ctx_now()
    WHERE m.tenant_id = p_tenant AND m.role = 'expert' AND m.ended_at IS NULL;
  UPDATE app.assignment a SET expert_membership_id = NULL
    WHERE a.expert_tenant_id = p_tenant AND a.tenant_id <> p_tenant;
  DELETE FROM app.letter l WHERE l.tenant_id <> p_tenant AND l.account_id = ANY (leaving);
  -- Who leaves invites nobody any more (SEC-46).
  UPDATE app.invitation i SET state = 'revoked' WHERE i.tenant_id <> p_tenant AND i.invited_by = ANY (leaving)
    AND i.state IN ('sent', 'undelivered');
  UPDATE app.invitation i SET invited_by = CASE WHEN i.invited_by <> ALL (leaving) THEN i.invited_by END,
      accepted_by = CASE WHEN i.accepted_by <> ALL (leaving) THEN i.accepted_by END
    WHERE i.tenant_id <> p_tenant AND (i.invited_by = ANY (leaving) OR i.accepted_by = ANY (leaving));
  UPDATE app.transfer t SET state = 'cancelled', answer = 'Муниципалитет удалён', closed_at = app.ctx_now(),
      version = t.version + 1 WHERE t.to_tenant_id = p_tenant AND t.state = 'asked';
  PERFORM set_config('app.moving', ARRAY[p_tenant]::text, true);

  INSERT INTO app.removal (municipality_id, export_id, export_key, name, counts)
    VALUES (p_tenant, p_export, export.s3_key, place.name, export.counts);
  INSERT INTO app.leftover (municipality_id, kind, value)
    SELECT p_tenant, 'object', k FROM app.own_keys(p_tenant) k
    UNION ALL SELECT p_tenant, 'object', e.s3_key FROM app.municipality_export e
      WHERE e.tenant_id = p_tenant AND e.s3_key IS NOT NULL AND e.id <> export.id
    UNION ALL SELECT p_tenant, 'account', id::text FROM app.account
    UNION ALL SELECT p_tenant, 'login', login_norm FROM app.account;

  -- The journal has no holes: its lines stay, blank. The chain covers the digest, not the words.
  UPDATE app.registration SET person = '', position = '', organisation = '', registered_by = '',
      municipality = 'удалённый муниципалитет', salt = '00000000-0000-0000-0000-000000000000'
    WHERE tenant_id = p_tenant;
  FOR t IN SELECT x FROM app.tenant_tables() x WHERE x <> 'registration' LOOP
    EXECUTE format('DELETE FROM app.%I WHERE tenant_id = $1', t) USING p_tenant;
  END LOOP;
  FOR t, c IN SELECT * FROM app.of_accounts() LOOP
    EXECUTE format('DELETE FROM app.%I WHERE %I = ANY ($1)', t, c) USING leaving;
  END LOOP;
  DELETE FROM app.account WHERE id = ANY (leaving);
  UPDATE app.municipality SET status = 'removed', slug = 'removed-' || id, name = 'удалённый муниципалитет ' || id,
      kind = '', public_contacts = '', merged_into = NULL, version = version + 1 WHERE id = p_tenant;
  INSERT INTO app.audit_event (tenant_id, act, object_id) VALUES (p_tenant, 'municipality.remove', p_tenant);
END $$;
REVOKE ALL ON FUNCTION app.remove_municipality(int, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.remove_municipality(int, uuid) TO attest_migrator;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer, attest_mover;

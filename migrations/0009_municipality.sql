-- A municipality that leaves (SEC-106): since when it is suspended, and its exports. The export
-- is made by the worker in the municipality's scope; removing is 0012's.

ALTER TABLE app.municipality ADD COLUMN suspended_at timestamptz;
-- Whoever suspends: an export counts for the removal only if it was begun after that moment.
CREATE FUNCTION app.note_suspension() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status IS DISTINCT FROM OLD.status THEN
    NEW.suspended_at := CASE WHEN NEW.status = 'suspended' THEN app.ctx_now() END;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER note_suspension BEFORE UPDATE OF status ON app.municipality
  FOR EACH ROW EXECUTE FUNCTION app.note_suspension();

CREATE TABLE app.municipality_export (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
  -- NULL: asked for by `ctl`, which is no person.
  asked_by bigint REFERENCES app.account,
  -- Tables and documents written, of how many.
  done int NOT NULL DEFAULT 0,
  total int NOT NULL DEFAULT 0,
  -- Of the attempt in hand: an attempt that finds another's key here has lost its lease.
  s3_key text,
  size bigint,
  sha256 bytea,
  -- Tables with their rows, documents, bytes: numbers only.
  counts jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  started_at timestamptz,
  finished_at timestamptz,
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  CHECK (state <> 'done' OR (s3_key IS NOT NULL AND size IS NOT NULL AND sha256 IS NOT NULL AND started_at IS NOT NULL))
);
CREATE UNIQUE INDEX municipality_export_live ON app.municipality_export (tenant_id)
  WHERE state IN ('queued', 'running');
ALTER TABLE app.municipality_export ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- Numbers and a state, no personal data: administrators see those of all municipalities.
CREATE POLICY admin_read ON app.municipality_export FOR SELECT TO attest_admin USING (true);
CREATE POLICY admin_add ON app.municipality_export FOR INSERT TO attest_admin
  WITH CHECK (asked_by IS NOT DISTINCT FROM (SELECT app.ctx_account()));
CREATE POLICY worker_read ON app.municipality_export FOR SELECT TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY worker_change ON app.municipality_export FOR UPDATE TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY definer_read ON app.municipality_export FOR SELECT TO attest_definer
  USING (tenant_id = (SELECT app.ctx_tenant()));
GRANT SELECT ON app.municipality_export TO attest_admin, attest_worker;
GRANT SELECT (tenant_id, state) ON app.municipality_export TO attest_definer;
GRANT INSERT (tenant_id, public_id, asked_by) ON app.municipality_export TO attest_admin;
GRANT UPDATE (state, done, total, s3_key, size, sha256, counts, started_at, finished_at, version)
  ON app.municipality_export TO attest_worker;

-- The one kind of a tenant's job an administrator may ask for; `ctl` is account 0, which nobody has.
CREATE POLICY admin_add ON app.job FOR INSERT TO attest_admin
  WITH CHECK (kind = 'municipality_export' AND role = 'admin' AND application_id IS NULL
    AND (account_id = (SELECT app.ctx_account()) OR (account_id = 0 AND (SELECT app.ctx_account()) IS NULL)));
GRANT INSERT (tenant_id, kind, object_id, account_id, membership_id, role) ON app.job TO attest_admin;
-- The export names the document once, however many rows name its key.
CREATE INDEX file_key ON app.file (tenant_id, s3_key);

GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
-- Logins and addresses of the municipality's people, while an export of it is being made.
CREATE FUNCTION app.export_accounts(p_after bigint, p_most int) RETURNS TABLE (id bigint, line jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT a.id, jsonb_build_object('id', a.id, 'public_id', a.public_id, 'login', a.login, 'email', a.email)
  FROM app.account a
  WHERE a.id > p_after
    AND a.id IN (SELECT m.account_id FROM app.membership m WHERE m.tenant_id = app.ctx_tenant())
    AND EXISTS (SELECT 1 FROM app.municipality_export e
                WHERE e.tenant_id = app.ctx_tenant() AND e.state = 'running')
  ORDER BY a.id LIMIT p_most $$;
-- Whether a cabinet at the institute is still open: the worker asks before it begins (03 §3.3).
CREATE FUNCTION app.still_institute(p_account bigint, p_member bigint, p_role text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.institute_member i JOIN app.account a ON a.id = i.account_id
    WHERE i.id = p_member AND i.account_id = p_account AND i.role = p_role AND i.ended_at IS NULL
      AND a.status = 'active') $$;
REVOKE ALL ON FUNCTION app.export_accounts(bigint, int), app.still_institute(bigint, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.export_accounts(bigint, int), app.still_institute(bigint, bigint, text) TO attest_worker;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

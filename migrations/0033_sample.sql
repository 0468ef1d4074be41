-- «Бланки и образцы» (01 §1.9): files an administrator publishes for everybody. None is deleted: what is
-- withdrawn can be published again. Who changed what stands in app.region_change, under the list «sample».

CREATE TABLE app.sample (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  section text NOT NULL CHECK (section IN ('first', 'highest', 'example', 'norm')),
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  ordinal int NOT NULL CHECK (ordinal BETWEEN 0 AND 9999),
  -- Since when this file is published; NULL: withdrawn.
  published_at timestamptz,
  s3_key text NOT NULL,
  file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
  content_type text NOT NULL,
  size bigint NOT NULL CHECK (size > 0),
  sha256 bytea NOT NULL,
  -- As a file's.
  virus_state text NOT NULL DEFAULT 'quarantined' CHECK (virus_state IN ('quarantined', 'clean', 'refused')),
  virus_checked boolean NOT NULL DEFAULT false,
  virus_tries int NOT NULL DEFAULT 0,
  virus_after timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sample_quarantine ON app.sample (virus_after, id) WHERE virus_state = 'quarantined';
CREATE TRIGGER quarantine BEFORE INSERT OR UPDATE OF s3_key ON app.sample
  FOR EACH ROW EXECUTE FUNCTION app.quarantine();
CREATE TRIGGER wake AFTER INSERT OR UPDATE OF s3_key ON app.sample
  FOR EACH ROW WHEN (NEW.virus_state = 'quarantined') EXECUTE FUNCTION app.wake_worker();
ALTER TABLE app.sample ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- Everybody sees what is published and given out, and the administrator the rest.
CREATE POLICY public_read ON app.sample FOR SELECT TO attest_public
  USING (published_at IS NOT NULL AND virus_state = 'clean');
CREATE POLICY admin_read ON app.sample FOR SELECT TO attest_admin USING (true);
CREATE POLICY admin_add ON app.sample FOR INSERT TO attest_admin WITH CHECK (true);
CREATE POLICY admin_change ON app.sample FOR UPDATE TO attest_admin USING (true);
CREATE POLICY worker_read ON app.sample FOR SELECT TO attest_worker
  USING (((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')));
CREATE POLICY worker_quarantine ON app.sample FOR UPDATE TO attest_worker
  USING (virus_state = 'quarantined' AND ((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')))
  WITH CHECK (((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')));
GRANT SELECT ON app.sample TO attest_admin, attest_worker;
GRANT SELECT (public_id, section, title, ordinal, published_at, s3_key, file_name, content_type, size, sha256,
  virus_state, virus_checked) ON app.sample TO attest_public;
GRANT INSERT (public_id, section, title, ordinal, published_at, s3_key, file_name, content_type, size, sha256),
  UPDATE (section, title, ordinal, published_at, s3_key, file_name, content_type, size, sha256)
  ON app.sample TO attest_admin;
GRANT UPDATE (virus_state, virus_checked, virus_tries, virus_after) ON app.sample TO attest_worker;

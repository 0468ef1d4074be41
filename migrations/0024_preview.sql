-- Pictures of a document's pages, made by the worker for the viewer: one row a file. They come from
-- the file and can be made again, so no export has them; they go with the file and its municipality.

CREATE TABLE app.preview (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  file_id bigint NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'unshown')),
  -- Why there is nothing to show.
  reason text CHECK (reason IN ('locked', 'broken', 'large', 'failed')),
  -- Page n lies in the store under folder/n; the worker's claim makes the folder, nobody else.
  folder text,
  -- Pages there are pictures of, of how many.
  pages int NOT NULL DEFAULT 0,
  total int NOT NULL DEFAULT 0,
  tries int NOT NULL DEFAULT 0,
  run_after timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, file_id),
  FOREIGN KEY (tenant_id, file_id, application_id) REFERENCES app.file (tenant_id, id, application_id)
    DEFERRABLE INITIALLY IMMEDIATE,
  CHECK ((state = 'unshown') = (reason IS NOT NULL)),
  CHECK (state <> 'done' OR (folder IS NOT NULL AND pages BETWEEN 1 AND total))
);
CREATE INDEX preview_case ON app.preview (tenant_id, application_id, id);
CREATE INDEX preview_queue ON app.preview (id) WHERE state = 'open';
CREATE INDEX preview_folder ON app.preview (folder);
CALL app.case_policies('preview', '{attest_tenant,attest_expert,attest_operator,attest_worker}');
GRANT INSERT (tenant_id, application_id, file_id) ON app.preview
  TO attest_tenant, attest_expert, attest_operator, attest_worker;
-- The worker looks for what is open in all municipalities, and writes what became of it inside one.
ALTER POLICY worker_read ON app.preview USING (tenant_id = (SELECT app.ctx_tenant())
  OR ((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker') AND state = 'open'));
CREATE POLICY worker_make ON app.preview FOR UPDATE TO attest_worker
  USING (state = 'open' AND (tenant_id = (SELECT app.ctx_tenant())
    OR ((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker'))))
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant())
    OR ((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker') AND state = 'open'));
GRANT UPDATE (state, reason, folder, pages, total, tries, run_after) ON app.preview TO attest_worker;
CREATE POLICY mover_all ON app.preview FOR ALL TO attest_mover
  USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON app.preview TO attest_mover;
CREATE TRIGGER wake AFTER INSERT ON app.preview FOR EACH STATEMENT EXECUTE FUNCTION app.wake_worker();

-- Pictures are asked for as soon as a file is given out (SEC-63), by whoever brought or cleared it. A
-- file that is older is asked for when it is first looked at.
CREATE FUNCTION app.ask_preview() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user IN ('attest_tenant', 'attest_expert', 'attest_operator', 'attest_worker') THEN
    INSERT INTO app.preview (tenant_id, application_id, file_id) VALUES (NEW.tenant_id, NEW.application_id, NEW.id)
      ON CONFLICT (tenant_id, file_id) DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.ask_preview() FROM PUBLIC;
CREATE TRIGGER ask_preview_added AFTER INSERT ON app.file FOR EACH ROW
  WHEN (NEW.virus_state = 'clean' AND NEW.content_type IN ('application/pdf', 'image/jpeg', 'image/png', 'image/tiff'))
  EXECUTE FUNCTION app.ask_preview();
CREATE TRIGGER ask_preview_cleared AFTER UPDATE OF virus_state ON app.file FOR EACH ROW
  WHEN (NEW.virus_state = 'clean' AND NEW.content_type IN ('application/pdf', 'image/jpeg', 'image/png', 'image/tiff'))
  EXECUTE FUNCTION app.ask_preview();

-- They leave with their municipality, and are named by a row as a case's file is.
CREATE POLICY definer_read ON app.preview FOR SELECT TO attest_definer USING (true);
GRANT SELECT (tenant_id, folder, pages) ON app.preview TO attest_definer;
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE OR REPLACE FUNCTION app.own_keys(p_tenant int) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT DISTINCT f.s3_key FROM app.file f WHERE f.tenant_id = p_tenant
    AND NOT EXISTS (SELECT 1 FROM app.file o WHERE o.s3_key = f.s3_key AND o.tenant_id <> p_tenant)
  UNION SELECT s.s3_key FROM app.municipal_schedule s WHERE s.tenant_id = p_tenant
  UNION SELECT p.folder || '/' || n FROM app.preview p, generate_series(1, p.pages) n WHERE p.tenant_id = p_tenant $$;
CREATE OR REPLACE FUNCTION app.named_keys(p_keys text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT f.s3_key FROM app.file f WHERE f.s3_key = ANY (p_keys)
  UNION SELECT s.s3_key FROM app.municipal_schedule s WHERE s.s3_key = ANY (p_keys)
  UNION SELECT k FROM unnest(p_keys) k JOIN app.preview p ON p.folder = regexp_replace(k, '/[0-9]+$', '') $$;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

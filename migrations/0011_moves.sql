-- Rows that change or leave their municipality (03 §3.3, Moves). The only writer of `tenant_id`
-- and the only one who deletes a municipality's rows is attest_mover, the NOLOGIN owner of the
-- definer functions that check their case themselves; it sees the municipalities in hand only.

-- The municipalities a move is between; set by the functions owned by attest_mover.
CREATE FUNCTION app.ctx_moving() RETURNS int[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(nullif(current_setting('app.moving', true), ''), '{}')::int[] $$;

-- Every table of a municipality but the journal, whose lines stay where they were written.
DO $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id'
             AND a.attnotnull AND c.relname <> 'registration' LOOP
    EXECUTE format('CREATE POLICY mover_all ON app.%I FOR ALL TO attest_mover
      USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]))', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON app.%I TO attest_mover', t);
  END LOOP;
END $$;
CREATE POLICY mover_read ON app.municipality FOR SELECT TO attest_mover USING (true);
CREATE POLICY mover_merge ON app.municipality FOR UPDATE TO attest_mover
  USING (id = ANY ((SELECT app.ctx_moving())::int[]));
GRANT SELECT, UPDATE (status, merged_into, version) ON app.municipality TO attest_mover;
-- A merge is nobody's act but the host's; moves by people are audited by their verbs.
CREATE POLICY mover_add ON app.audit_event FOR INSERT TO attest_mover WITH CHECK (account_id IS NULL);
GRANT INSERT (tenant_id, role, act, object_id) ON app.audit_event TO attest_mover;

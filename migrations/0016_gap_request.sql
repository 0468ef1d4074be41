-- A place left empty is a request of the municipality to the Centre (R-SCH-2): when it was made,
-- the coordinator's words, what the Centre answered. It opens and closes with the gap of the
-- schedule's row, whoever makes or fills that; a person adds words and answers.

CREATE TABLE app.gap_request (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  -- NULL: nobody of the municipality did, an expert's cabinet has ended (R-SCH-4).
  asked_by bigint,
  comment text NOT NULL DEFAULT '' CHECK (length(comment) <= 500),
  -- withdrawn: the place is not wanted any more.
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'filled', 'declined', 'withdrawn')),
  answer text NOT NULL DEFAULT '' CHECK (length(answer) <= 500),
  answered_at timestamptz,
  answered_by bigint,
  -- The name as it stood: institute members are not read by municipalities.
  answered_name text NOT NULL DEFAULT '',
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE,
  CHECK ((state = 'open') = (answered_at IS NULL)),
  CHECK ((state = 'declined') = (answer <> ''))
);
CREATE UNIQUE INDEX gap_request_open ON app.gap_request (tenant_id, application_id) WHERE state = 'open';
CREATE INDEX gap_request_case ON app.gap_request (tenant_id, application_id, id);
ALTER TABLE app.gap_request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_read ON app.gap_request FOR SELECT TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY coordinator ON app.gap_request AS RESTRICTIVE FOR ALL TO attest_tenant
  USING ((SELECT app.ctx_role() = 'municipal'));
-- Asked again after the Centre declined.
CREATE POLICY tenant_add ON app.gap_request FOR INSERT TO attest_tenant
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND asked_by = (SELECT app.ctx_account())
    AND EXISTS (SELECT 1 FROM app.schedule_row s WHERE s.tenant_id = gap_request.tenant_id
                AND s.application_id = gap_request.application_id AND s.gap_since IS NOT NULL));
CREATE POLICY tenant_change ON app.gap_request FOR UPDATE TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()) AND state = 'open');
CREATE POLICY operator_read ON app.gap_request FOR SELECT TO attest_operator USING (true);
CREATE POLICY operator_answer ON app.gap_request FOR UPDATE TO attest_operator
  USING (tenant_id = (SELECT app.ctx_tenant()) AND state = 'open')
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND state = 'declined'
    AND answered_by = (SELECT app.ctx_account()));
CREATE POLICY worker_read ON app.gap_request FOR SELECT TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY mover_all ON app.gap_request FOR ALL TO attest_mover
  USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]));
CREATE POLICY definer_read ON app.gap_request FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_ask ON app.gap_request FOR INSERT TO attest_definer
  WITH CHECK (state = 'open' AND EXISTS (SELECT 1 FROM app.schedule_row s WHERE s.tenant_id = gap_request.tenant_id
    AND s.application_id = gap_request.application_id AND s.gap_since IS NOT NULL));
CREATE POLICY definer_close ON app.gap_request FOR UPDATE TO attest_definer
  USING (state = 'open') WITH CHECK (state IN ('filled', 'withdrawn'));
GRANT SELECT ON app.gap_request TO attest_tenant, attest_operator, attest_worker;
GRANT INSERT (tenant_id, application_id, asked_by, comment), UPDATE (comment, version) ON app.gap_request TO attest_tenant;
GRANT UPDATE (state, answer, answered_at, answered_by, answered_name, version) ON app.gap_request TO attest_operator;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.gap_request TO attest_mover;
GRANT SELECT (tenant_id, application_id, state, version), INSERT (tenant_id, application_id, asked_by),
  UPDATE (state, answered_at, answered_by, answered_name, version) ON app.gap_request TO attest_definer;

-- The request follows the gap: by a trigger, because a gap is made by whoever saves a row or ends
-- a cabinet, and filled or dropped by whoever assigns or accepts a withdrawal.
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE FUNCTION app.follow_gap() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  IF NEW.gap_since IS NULL THEN
    UPDATE app.gap_request g SET answered_at = app.ctx_now(), answered_by = app.ctx_account(),
        answered_name = app.acting_name(), version = g.version + 1,
        state = CASE WHEN (SELECT count(*) FROM app.assignment x WHERE x.tenant_id = NEW.tenant_id
          AND x.application_id = NEW.application_id AND x.closed_at IS NULL) = 2 THEN 'filled' ELSE 'withdrawn' END
      WHERE g.tenant_id = NEW.tenant_id AND g.application_id = NEW.application_id AND g.state = 'open';
  ELSE
    INSERT INTO app.gap_request (tenant_id, application_id, asked_by) VALUES (NEW.tenant_id, NEW.application_id,
      CASE WHEN app.ctx_tenant() = NEW.tenant_id AND app.acting_role(session_user) = 'municipal'
        THEN app.ctx_account() END)
      ON CONFLICT (tenant_id, application_id) WHERE state = 'open' DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.follow_gap() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.follow_gap() TO attest_owner;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;
CREATE TRIGGER gap_made AFTER INSERT ON app.schedule_row FOR EACH ROW
  WHEN (NEW.gap_since IS NOT NULL) EXECUTE FUNCTION app.follow_gap();
CREATE TRIGGER gap_changed AFTER UPDATE OF gap_since ON app.schedule_row FOR EACH ROW
  WHEN ((OLD.gap_since IS NULL) <> (NEW.gap_since IS NULL)) EXECUTE FUNCTION app.follow_gap();

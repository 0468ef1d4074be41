-- Beside a registered application: documents asked for (R-APP-3), its data corrected (R-APP-10).
-- Both are facts that stay: what was asked until when, what stood there before and why it changed.

CREATE TABLE app.document_request (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  what text NOT NULL CHECK (length(what) BETWEEN 1 AND 1000),
  -- The last day of adding.
  until date NOT NULL,
  by_account bigint NOT NULL,
  by_role text NOT NULL,
  at timestamptz NOT NULL DEFAULT app.ctx_now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX document_request_case ON app.document_request (tenant_id, application_id, until);
CALL app.case_policies('document_request', '{attest_tenant,attest_expert,attest_operator}', of_submitted => true);
GRANT INSERT (tenant_id, application_id, what, until, by_account, by_role) ON app.document_request
  TO attest_tenant, attest_expert, attest_operator;
CREATE POLICY in_own_name ON app.document_request AS RESTRICTIVE FOR INSERT TO attest_tenant, attest_expert, attest_operator
  WITH CHECK (by_account = (SELECT app.ctx_account()) AND by_role = app.acting_role(current_user)
    AND by_role IN ('municipal', 'expert', 'operator'));

-- ФИО in three cases and the post, as they stood and as they stand (domain::correction::Data).
CREATE TABLE app.correction (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  former jsonb NOT NULL,
  present jsonb NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  by_account bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT app.ctx_now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX correction_case ON app.correction (tenant_id, application_id, id);
CALL app.case_policies('correction', '{attest_operator}', of_submitted => true);
GRANT INSERT (tenant_id, application_id, former, present, reason, by_account) ON app.correction TO attest_operator;
CREATE POLICY in_own_name ON app.correction AS RESTRICTIVE FOR INSERT TO attest_operator
  WITH CHECK (by_account = (SELECT app.ctx_account()));

CREATE POLICY mover_all ON app.document_request FOR ALL TO attest_mover
  USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]));
CREATE POLICY mover_all ON app.correction FOR ALL TO attest_mover
  USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON app.document_request, app.correction TO attest_mover;

-- What app.correct_journal counts and app.hold_category compares.
CREATE POLICY definer_read ON app.correction FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_read ON app.decision FOR SELECT TO attest_definer USING (true);
GRANT SELECT (tenant_id, application_id) ON app.correction TO attest_definer;
GRANT SELECT (tenant_id, id, application_id, order_id, granted, category, supersedes_id) ON app.decision TO attest_definer;
GRANT SELECT (held_category, held_date, held_number) ON app.card TO attest_definer;

-- The decisions of a municipality whose orders are in its export.
CREATE INDEX decision_export ON app.decision (tenant_id, order_id);
-- A name or a post that is corrected stands in a signed schedule, too.
CREATE TRIGGER reset_by_correction AFTER INSERT ON app.correction
  FOR EACH ROW EXECUTE FUNCTION app.reset_by_assignment();

-- Letters and jobs: rows written in the transaction of the change, done by the worker
-- (R-LET-1, 03 §3.3). Kind and ids only: never an address, a link or a text.

CREATE TABLE app.letter (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  account_id bigint REFERENCES app.account,
  invitation_id bigint,
  kind text NOT NULL,
  application_id bigint,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed')),
  tries int NOT NULL DEFAULT 0,
  run_after timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  sent_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, invitation_id) REFERENCES app.invitation (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE,
  CHECK ((account_id IS NULL) <> (invitation_id IS NULL))
);
CREATE INDEX letter_queue ON app.letter (run_after, id) WHERE state = 'queued';
CREATE INDEX letter_account ON app.letter (account_id, id DESC);
ALTER TABLE app.letter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_own ON app.letter FOR SELECT TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()) AND account_id = (SELECT app.ctx_account()));
CREATE POLICY tenant_add ON app.letter FOR INSERT TO attest_tenant
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY expert_own ON app.letter FOR SELECT TO attest_expert
  USING (account_id = (SELECT app.ctx_account()));
CREATE POLICY expert_add ON app.letter FOR INSERT TO attest_expert
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant())
    AND application_id = ANY ((SELECT app.my_assigned())::bigint[]));
CREATE POLICY operator_own ON app.letter FOR SELECT TO attest_operator
  USING (account_id = (SELECT app.ctx_account()));
CREATE POLICY operator_add ON app.letter FOR INSERT TO attest_operator
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY admin_add ON app.letter FOR INSERT TO attest_admin WITH CHECK (invitation_id IS NOT NULL);
CREATE POLICY auth_add ON app.letter FOR INSERT TO attest_auth
  WITH CHECK (account_id = (SELECT app.ctx_account()));
CREATE POLICY worker_all ON app.letter FOR ALL TO attest_worker USING (true);
GRANT SELECT ON app.letter TO attest_tenant, attest_expert, attest_operator, attest_worker;
GRANT INSERT (tenant_id, public_id, account_id, invitation_id, kind, application_id) ON app.letter
  TO attest_tenant, attest_expert, attest_operator, attest_admin, attest_auth, attest_worker;
GRANT UPDATE (state, tries, run_after, sent_at) ON app.letter TO attest_worker;

CREATE TABLE app.job (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  application_id bigint,
  object_id bigint,
  account_id bigint NOT NULL,
  membership_id bigint NOT NULL,
  role text NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'done', 'failed')),
  tries int NOT NULL DEFAULT 0,
  run_after timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX job_queue ON app.job (run_after, id) WHERE state = 'queued';
ALTER TABLE app.job ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_add ON app.job FOR INSERT TO attest_tenant
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND account_id = (SELECT app.ctx_account())
    AND role = (SELECT app.ctx_role()) AND kind IN ('application_pdf', 'withdrawal_pdf'));
CREATE POLICY worker_all ON app.job FOR ALL TO attest_worker USING (true);
GRANT SELECT ON app.job TO attest_worker;
GRANT INSERT (tenant_id, kind, application_id, object_id, account_id, membership_id, role) ON app.job TO attest_tenant;
GRANT UPDATE (state, tries, run_after) ON app.job TO attest_worker;

-- Work over the whole region: asked for by operators and administrators only.
CREATE TABLE app.region_job (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  object_id bigint,
  account_id bigint NOT NULL,
  role text NOT NULL CHECK (role IN ('operator', 'admin')),
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'done', 'failed')),
  tries int NOT NULL DEFAULT 0,
  run_after timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT app.ctx_now()
);
ALTER TABLE app.region_job ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY operator_add ON app.region_job FOR INSERT TO attest_operator, attest_admin
  WITH CHECK (account_id = (SELECT app.ctx_account()) AND role = app.acting_role(current_user));
CREATE POLICY worker_all ON app.region_job FOR ALL TO attest_worker USING (true);
GRANT INSERT (kind, object_id, account_id, role) ON app.region_job TO attest_operator, attest_admin;
GRANT SELECT, UPDATE (state, tries, run_after) ON app.region_job TO attest_worker;

CREATE TRIGGER wake AFTER INSERT ON app.letter FOR EACH STATEMENT EXECUTE FUNCTION app.wake_worker();
CREATE TRIGGER wake AFTER INSERT ON app.job FOR EACH STATEMENT EXECUTE FUNCTION app.wake_worker();
CREATE TRIGGER wake AFTER INSERT ON app.region_job FOR EACH STATEMENT EXECUTE FUNCTION app.wake_worker();

-- Whom a letter about a case goes to besides its teacher: the coordinators of the
-- municipality, the experts assigned, the school coordinators. Account ids only.
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE FUNCTION app.recipients(p_role text, p_organisation bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT DISTINCT m.account_id FROM app.membership m
  WHERE m.tenant_id = app.ctx_tenant() AND m.role = p_role AND m.ended_at IS NULL
    AND p_role IN ('municipal', 'school') AND app.acting_role(session_user) IS NOT NULL
    AND (p_role <> 'school' OR m.organisation_id = p_organisation) $$;
-- Whether a letter of the municipality entered may go to an account: to its people, and to the
-- experts of the case, who may be of another one.
CREATE FUNCTION app.addressee(p_account bigint, p_application bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.membership m WHERE m.tenant_id = app.ctx_tenant() AND m.account_id = p_account)
    OR EXISTS (SELECT 1 FROM app.assignment x WHERE x.tenant_id = app.ctx_tenant()
               AND x.application_id = p_application AND x.expert_account_id = p_account) $$;
REVOKE ALL ON FUNCTION app.recipients(text, bigint), app.addressee(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.recipients(text, bigint), app.addressee(bigint, bigint)
  TO attest_tenant, attest_expert, attest_operator;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;
CREATE POLICY addressed ON app.letter AS RESTRICTIVE FOR INSERT TO attest_tenant, attest_expert, attest_operator
  WITH CHECK (account_id IS NULL OR app.addressee(account_id, application_id));

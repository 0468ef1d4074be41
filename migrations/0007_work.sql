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
  -- By default, so that it is carried whoever queues.
  trace text NOT NULL DEFAULT app.ctx_trace(),
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
  trace text NOT NULL DEFAULT app.ctx_trace(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX job_queue ON app.job (run_after, id) WHERE state = 'queued';
ALTER TABLE app.job ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_add ON app.job FOR INSERT TO attest_tenant
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND account_id = (SELECT app.ctx_account())
    AND role = (SELECT app.ctx_role()) AND kind IN ('application_pdf', 'withdrawal_pdf', 'case_scan', 'schedule_scan'));
CREATE POLICY worker_all ON app.job FOR ALL TO attest_worker USING (true);
GRANT SELECT ON app.job TO attest_worker;
GRANT INSERT (tenant_id, kind, application_id, object_id, account_id, membership_id, role) ON app.job TO attest_tenant;
GRANT UPDATE (state, tries, run_after) ON app.job TO attest_worker;

-- What a person has printed or packed for itself alone: a journal of some days, many applications,
-- its consents. Made by the worker, gone after a day.
CREATE TABLE app.printout (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  -- Where it was asked for; the institute's people ask in no municipality.
  municipality_id int REFERENCES app.municipality,
  account_id bigint NOT NULL REFERENCES app.account DEFERRABLE,
  membership_id bigint NOT NULL,
  role text NOT NULL CHECK (role IN ('teacher', 'school', 'municipal', 'expert', 'operator', 'admin')),
  kind text NOT NULL,
  -- Ids, days and what it is for: never a name.
  request jsonb NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
  -- Pieces made, of how many.
  done int NOT NULL DEFAULT 0,
  total int NOT NULL DEFAULT 0,
  tries int NOT NULL DEFAULT 0,
  run_after timestamptz NOT NULL DEFAULT now(),
  -- Of the attempt in hand: an attempt that finds another's key here has lost its lease.
  s3_key text,
  file_name text,
  size bigint,
  sha256 bytea,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  finished_at timestamptz,
  -- By which template it was printed; 0 is the one the release was built with.
  template_version int NOT NULL DEFAULT 0,
  trace text NOT NULL DEFAULT app.ctx_trace(),
  CHECK ((role IN ('operator', 'admin')) = (municipality_id IS NULL)),
  CHECK (state <> 'done' OR (s3_key IS NOT NULL AND file_name IS NOT NULL AND size IS NOT NULL AND sha256 IS NOT NULL))
);
CREATE INDEX printout_queue ON app.printout (run_after, id) WHERE state IN ('queued', 'running');
CREATE INDEX printout_own ON app.printout (account_id, id DESC);
CREATE INDEX printout_age ON app.printout (created_at, id);
ALTER TABLE app.printout ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_own ON app.printout FOR SELECT TO attest_tenant
  USING (municipality_id = (SELECT app.ctx_tenant()) AND account_id = (SELECT app.ctx_account())
    AND role = (SELECT app.ctx_role()));
-- A teacher and a school coordinator have their consents and their own data and nothing else.
CREATE POLICY tenant_add ON app.printout FOR INSERT TO attest_tenant
  WITH CHECK (municipality_id = (SELECT app.ctx_tenant()) AND account_id = (SELECT app.ctx_account())
    AND role = (SELECT app.ctx_role()) AND (role = 'municipal' OR kind IN ('consent', 'own_data')));
CREATE POLICY operator_own ON app.printout FOR SELECT TO attest_operator
  USING (municipality_id IS NULL AND account_id = (SELECT app.ctx_account()) AND role = 'operator');
CREATE POLICY operator_add ON app.printout FOR INSERT TO attest_operator
  WITH CHECK (municipality_id IS NULL AND account_id = (SELECT app.ctx_account()) AND role = 'operator');
-- An administrator prints no case: samples of templates, acts of destroyed data, what is its own.
CREATE POLICY admin_own ON app.printout FOR SELECT TO attest_admin
  USING (municipality_id IS NULL AND account_id = (SELECT app.ctx_account()) AND role = 'admin');
CREATE POLICY admin_add ON app.printout FOR INSERT TO attest_admin
  WITH CHECK (municipality_id IS NULL AND account_id = (SELECT app.ctx_account()) AND role = 'admin'
    AND kind IN ('sample', 'destruction', 'consent', 'own_data'));
CREATE POLICY worker_all ON app.printout FOR ALL TO attest_worker USING (true);
GRANT SELECT ON app.printout TO attest_tenant, attest_operator, attest_admin;
GRANT INSERT (public_id, municipality_id, account_id, membership_id, role, kind, request) ON app.printout
  TO attest_tenant, attest_operator, attest_admin;
GRANT SELECT, DELETE, UPDATE (state, done, total, tries, run_after, s3_key, file_name, size, sha256, finished_at,
    template_version)
  ON app.printout TO attest_worker;
-- An operator's journal is the whole region's: the worker reads it, with what was decided, while one
-- is being made.
ALTER POLICY worker_read ON app.registration USING (tenant_id = (SELECT app.ctx_tenant())
  OR (SELECT app.ctx_tenant() IS NULL) AND (SELECT EXISTS (SELECT 1 FROM app.printout p
    WHERE p.kind = 'journal' AND p.role = 'operator' AND p.state = 'running')));
ALTER POLICY worker_read ON app.decision USING (tenant_id = (SELECT app.ctx_tenant())
  OR (SELECT app.ctx_tenant() IS NULL) AND (SELECT EXISTS (SELECT 1 FROM app.printout p
    WHERE p.kind = 'journal' AND p.role = 'operator' AND p.state = 'running')));

-- Whose consents are being printed, and what the institute's people are called in them.
CREATE POLICY worker_read ON app.consent FOR SELECT TO attest_worker
  USING (EXISTS (SELECT 1 FROM app.printout p
    WHERE p.kind = 'consent' AND p.state = 'running' AND p.account_id = consent.account_id));
CREATE POLICY worker_read ON app.institute_member FOR SELECT TO attest_worker
  USING (EXISTS (SELECT 1 FROM app.printout p
    WHERE p.kind = 'consent' AND p.state = 'running' AND p.account_id = institute_member.account_id));
GRANT SELECT ON app.consent TO attest_worker;
GRANT SELECT (id, account_id, surname, name, patronymic) ON app.institute_member TO attest_worker;

CREATE TRIGGER wake AFTER INSERT ON app.letter FOR EACH STATEMENT EXECUTE FUNCTION app.wake_worker();
CREATE TRIGGER wake AFTER INSERT ON app.job FOR EACH STATEMENT EXECUTE FUNCTION app.wake_worker();
CREATE TRIGGER wake AFTER INSERT ON app.printout FOR EACH STATEMENT EXECUTE FUNCTION app.wake_worker();

-- Whom a letter about a case goes to besides its teacher and its experts: the coordinators of
-- the municipality. Account ids only.
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE FUNCTION app.recipients() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT DISTINCT m.account_id FROM app.membership m
  WHERE m.tenant_id = app.ctx_tenant() AND m.role = 'municipal' AND m.ended_at IS NULL
    AND app.acting_role(session_user) IS NOT NULL $$;
-- Whether a letter of the municipality entered may go to an account: to its people, and to the
-- experts of the case, who may be of another one.
CREATE FUNCTION app.addressee(p_account bigint, p_application bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.membership m WHERE m.tenant_id = app.ctx_tenant() AND m.account_id = p_account)
    OR EXISTS (SELECT 1 FROM app.assignment x WHERE x.tenant_id = app.ctx_tenant()
               AND x.application_id = p_application AND x.expert_account_id = p_account) $$;
REVOKE ALL ON FUNCTION app.recipients(), app.addressee(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.recipients(), app.addressee(bigint, bigint)
  TO attest_tenant, attest_expert, attest_operator;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;
CREATE POLICY addressed ON app.letter AS RESTRICTIVE FOR INSERT TO attest_tenant, attest_expert, attest_operator
  WITH CHECK (account_id IS NULL OR app.addressee(account_id, application_id));

-- R-SCH-4: an ended membership makes its places gaps at once, in whatever municipality they
-- are, with letters to the expert and its teachers. A trigger, because nobody who ends an
-- expert's cabinet sees all of them; its owner closes only what an ended membership holds.
CREATE POLICY definer_close ON app.assignment FOR UPDATE TO attest_definer
  USING (EXISTS (SELECT 1 FROM app.membership m WHERE m.tenant_id = expert_tenant_id
                 AND m.id = expert_membership_id AND m.ended_at IS NOT NULL));
CREATE POLICY definer_read ON app.schedule_row FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_gap ON app.schedule_row FOR UPDATE TO attest_definer USING (mark <> 'none');
CREATE POLICY definer_read ON app.conclusion FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_add ON app.letter FOR INSERT TO attest_definer
  WITH CHECK (kind IN ('unassigned', 'experts_assigned'));
CREATE POLICY definer_add ON app.application_event FOR INSERT TO attest_definer
  WITH CHECK (act = 'membership.end');
GRANT UPDATE (closed_at) ON app.assignment TO attest_definer;
GRANT SELECT (tenant_id, application_id, period_id, mark, gap_since, version), UPDATE (gap_since, version)
  ON app.schedule_row TO attest_definer;
GRANT SELECT (tenant_id, application_id, place) ON app.conclusion TO attest_definer;
GRANT INSERT (tenant_id, public_id, account_id, kind, application_id) ON app.letter TO attest_definer;
GRANT INSERT (tenant_id, application_id, account_id, role, actor_name, act, words) ON app.application_event
  TO attest_definer;
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE FUNCTION app.close_assignments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  closed record;
BEGIN
  FOR closed IN
    UPDATE app.assignment x SET closed_at = app.ctx_now()
    WHERE x.expert_tenant_id = NEW.tenant_id AND x.expert_membership_id = NEW.id AND x.closed_at IS NULL
    RETURNING x.tenant_id, x.application_id, x.applicant_account_id, x.expert_account_id, x.expert_name
  LOOP
    UPDATE app.schedule_row s SET gap_since = coalesce(s.gap_since, app.ctx_now()), version = s.version + 1
    WHERE s.tenant_id = closed.tenant_id AND s.application_id = closed.application_id AND s.mark <> 'none'
      AND NOT EXISTS (SELECT 1 FROM app.conclusion c WHERE c.tenant_id = s.tenant_id
                      AND c.application_id = s.application_id AND c.place = 'accepted');
    INSERT INTO app.letter (tenant_id, public_id, account_id, kind, application_id) VALUES
      (closed.tenant_id, gen_random_uuid(), closed.expert_account_id, 'unassigned', closed.application_id),
      (closed.tenant_id, gen_random_uuid(), closed.applicant_account_id, 'experts_assigned', closed.application_id);
    INSERT INTO app.application_event (tenant_id, application_id, account_id, role, actor_name, act, words)
    VALUES (closed.tenant_id, closed.application_id, app.ctx_account(),
      coalesce(app.acting_role(session_user), 'worker'), app.acting_name(), 'membership.end',
      'Специалист отключён, место свободно: ' || closed.expert_name);
  END LOOP;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.close_assignments() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.close_assignments() TO attest_owner;
-- Applications past their 30 days in the region: a number for whoever watches the installation, which
-- the worker tells without reading anybody's application.
CREATE FUNCTION app.overdue(p_today date) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT count(*) FROM app.application
  WHERE status = 'under_review' AND due_on < p_today AND submitted_at IS NOT NULL $$;
REVOKE ALL ON FUNCTION app.overdue(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.overdue(date) TO attest_worker;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;
CREATE TRIGGER close_assignments AFTER UPDATE OF ended_at ON app.membership FOR EACH ROW
  WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.role = 'expert')
  EXECUTE FUNCTION app.close_assignments();

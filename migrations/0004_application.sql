-- The card, the application with its guarded life, and what hangs on it: history, flags,
-- files, attachments, printed renditions, who opened what.

-- One card per post (01 §1.3). Only its owner reads it: others read the snapshot.
CREATE TABLE app.card (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  membership_id bigint NOT NULL,
  account_id bigint NOT NULL,
  organisation_id bigint,
  position text NOT NULL DEFAULT '',
  subject text NOT NULL DEFAULT '',
  -- Names as the person confirmed them (R-APP-1); empty until then.
  surname_gen text NOT NULL DEFAULT '', name_gen text NOT NULL DEFAULT '', patronymic_gen text NOT NULL DEFAULT '',
  surname_dat text NOT NULL DEFAULT '', name_dat text NOT NULL DEFAULT '', patronymic_dat text NOT NULL DEFAULT '',
  age int CHECK (age BETWEEN 14 AND 110),
  education text NOT NULL DEFAULT '',
  service_total int CHECK (service_total BETWEEN 0 AND 90),
  service_pedagogical int CHECK (service_pedagogical BETWEEN 0 AND 90),
  service_post int CHECK (service_post BETWEEN 0 AND 90),
  held_category text NOT NULL DEFAULT '' CHECK (held_category IN ('', 'first', 'highest')),
  held_issuer text NOT NULL DEFAULT '',
  held_date date, held_number text NOT NULL DEFAULT '', held_until date,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  version int NOT NULL DEFAULT 1,
  -- Of the ended copy that stays behind what is final: the public id of the card that moved on.
  goes_on_as uuid,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, membership_id, account_id) REFERENCES app.membership (tenant_id, id, account_id)
    DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES app.organisation (tenant_id, id)
    DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX card_account ON app.card (tenant_id, account_id, id);
CREATE INDEX card_copies ON app.card (goes_on_as) WHERE goes_on_as IS NOT NULL;
ALTER TABLE app.card ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY teacher_own ON app.card FOR ALL TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()) AND account_id = (SELECT app.ctx_account())
    AND (SELECT app.ctx_role() = 'teacher'));
GRANT SELECT ON app.card TO attest_tenant;
GRANT INSERT (tenant_id, public_id, membership_id, account_id, organisation_id, position, surname_gen, name_gen,
  patronymic_gen, surname_dat, name_dat, patronymic_dat) ON app.card TO attest_tenant;
GRANT UPDATE (organisation_id, position, subject, surname_gen, name_gen, patronymic_gen,
  surname_dat, name_dat, patronymic_dat, age, education, service_total, service_pedagogical, service_post,
  held_category, held_issuer, held_date, held_number, held_until, version) ON app.card TO attest_tenant;

-- Route, submission and term have no grant: the trigger below writes them (R-ROUTE-5).
CREATE TABLE app.application (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL,
  card_id bigint NOT NULL,
  previous_id bigint,
  account_id bigint NOT NULL,
  membership_id bigint NOT NULL,
  organisation_id bigint NOT NULL,
  category text CHECK (category IN ('first', 'highest', 'methodist', 'mentor')),
  procedure text NOT NULL DEFAULT 'general' CHECK (procedure IN ('general', 'simplified')),
  ground text REFERENCES app.ref_ground,
  form text CHECK (form IN ('in_person', 'distance')),
  presence boolean,
  -- The card as it was formed (domain::card::Card) and what lists sort and show.
  snapshot jsonb,
  surname text NOT NULL DEFAULT '', name text NOT NULL DEFAULT '', patronymic text NOT NULL DEFAULT '',
  position text NOT NULL DEFAULT '', subject text NOT NULL DEFAULT '', held_category text NOT NULL DEFAULT '',
  status text NOT NULL DEFAULT 'draft' CHECK (status IN
    ('draft', 'formed', 'under_review', 'registered', 'rejected', 'withdrawn', 'decided')),
  route text CHECK (route IN ('municipal', 'operator')),
  edition int NOT NULL DEFAULT 0,
  formed_at timestamptz,
  submitted_at timestamptz,
  due_on date,
  registered_number int,
  registered_on date,
  rejection text NOT NULL DEFAULT '',
  -- The reasons chosen from the list, by code.
  rejection_reasons text[] NOT NULL DEFAULT '{}',
  -- What is to be mended where (domain::remark).
  remarks jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(remarks) = 'array' AND jsonb_array_length(remarks) <= 3),
  vouched_at timestamptz,
  -- What lists ask at every row: the mark in the schedule and how many experts it has, written by
  -- app.follow_schedule and app.follow_assignment alone.
  mark text NOT NULL DEFAULT 'none' CHECK (mark IN ('none', 'preliminary', 'approved')),
  experts int NOT NULL DEFAULT 0 CHECK (experts BETWEEN 0 AND 2),
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, id, account_id),
  FOREIGN KEY (tenant_id, card_id) REFERENCES app.card (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (tenant_id, previous_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (tenant_id, membership_id, account_id) REFERENCES app.membership (tenant_id, id, account_id)
    DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES app.organisation (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE,
  CHECK ((route IS NULL) = (submitted_at IS NULL)),
  CHECK ((status IN ('draft', 'formed')) = (submitted_at IS NULL))
);
CREATE UNIQUE INDEX application_public_id ON app.application (public_id);
CREATE UNIQUE INDEX application_id ON app.application (id);
-- R-APP-8: one live application per card, whatever is pressed twice.
CREATE UNIQUE INDEX application_live ON app.application (tenant_id, card_id)
  WHERE status IN ('draft', 'formed', 'under_review', 'registered');
CREATE INDEX application_own ON app.application (tenant_id, account_id, id);
-- With what the counters of work lists and their policies ask: they read nothing but the index.
CREATE INDEX application_list ON app.application (tenant_id, status, due_on, id)
  INCLUDE (submitted_at, route, procedure, mark, experts);
CREATE INDEX application_submitted ON app.application (tenant_id, submitted_at, id) WHERE submitted_at IS NOT NULL;
CREATE INDEX application_school ON app.application (tenant_id, organisation_id, status, id);
CREATE INDEX application_school_all ON app.application (tenant_id, organisation_id, id) WHERE submitted_at IS NOT NULL;
-- The operators' queue, with what its filters ask: its count reads nothing but the index.
CREATE INDEX application_queue ON app.application (procedure, due_on, id)
  INCLUDE (tenant_id, organisation_id, route, status, category, form, registered_on, rejection_reasons, mark, experts)
  WHERE route = 'operator' AND status = 'under_review' AND submitted_at IS NOT NULL;
-- What waits in the tabs of «Работа с заявлениями»: «Следующее заявление».
CREATE INDEX application_waiting ON app.application (tenant_id, route, procedure, due_on, id)
  WHERE status = 'under_review';
-- The lists in the order of their terms, with what the figures of dashboards are counted from.
CREATE INDEX application_due ON app.application (tenant_id, due_on, id) INCLUDE (status, registered_on)
  WHERE submitted_at IS NOT NULL;
CREATE INDEX application_region_due ON app.application (due_on, id) INCLUDE (status, registered_on)
  WHERE submitted_at IS NOT NULL;
CREATE INDEX application_region ON app.application (status, due_on, id) WHERE submitted_at IS NOT NULL;
CREATE INDEX application_region_all ON app.application (submitted_at, id) WHERE submitted_at IS NOT NULL;
ALTER TABLE app.application ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_read ON app.application FOR SELECT TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY tenant_add ON app.application FOR INSERT TO attest_tenant
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND (SELECT app.ctx_role() = 'teacher')
    AND account_id = (SELECT app.ctx_account()));
CREATE POLICY tenant_change ON app.application FOR UPDATE TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY person ON app.application AS RESTRICTIVE FOR ALL TO attest_tenant
  USING (((SELECT app.ctx_role() = 'teacher') AND account_id = (SELECT app.ctx_account()))
    OR ((SELECT app.ctx_role() = 'municipal') AND submitted_at IS NOT NULL)
    OR ((SELECT app.ctx_role() = 'school') AND submitted_at IS NOT NULL
        AND organisation_id = (SELECT app.ctx_organisation())));
CREATE POLICY operator_read ON app.application FOR SELECT TO attest_operator
  USING (submitted_at IS NOT NULL);
CREATE POLICY operator_change ON app.application FOR UPDATE TO attest_operator
  USING (tenant_id = (SELECT app.ctx_tenant()) AND submitted_at IS NOT NULL);
CREATE POLICY worker_read ON app.application FOR SELECT TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY definer_read ON app.application FOR SELECT TO attest_definer USING (true);
GRANT SELECT ON app.application TO attest_tenant, attest_expert, attest_operator, attest_worker, attest_definer;
GRANT INSERT (tenant_id, public_id, card_id, previous_id, account_id, membership_id, organisation_id,
  category, procedure, ground, form, presence) ON app.application TO attest_tenant;
GRANT UPDATE (organisation_id, category, procedure, ground, form, presence, snapshot, surname, name, patronymic,
  position, subject, held_category, status, edition, formed_at, rejection, rejection_reasons, remarks, vouched_at,
  version) ON app.application TO attest_tenant;
GRANT UPDATE (snapshot, surname, name, patronymic, position, subject, status, rejection, rejection_reasons, remarks,
  version) ON app.application TO attest_operator;

-- The moves of `status`, generated from the domain's state table; a test compares.
CREATE TABLE app.transition (
  from_status text NOT NULL, to_status text NOT NULL, route text NOT NULL, role text NOT NULL,
  PRIMARY KEY (from_status, to_status, route, role));
ALTER TABLE app.transition ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY readable ON app.transition FOR SELECT
  TO attest_tenant, attest_expert, attest_operator, attest_worker USING (true);
GRANT SELECT ON app.transition TO attest_tenant, attest_expert, attest_operator, attest_worker;
-- FORCE binds the owner too: it fills the table under a policy of this migration only.
CREATE POLICY migration_fill ON app.transition FOR INSERT TO attest_owner WITH CHECK (true);
INSERT INTO app.transition (from_status, to_status, route, role) VALUES
  ('draft', 'formed', 'none', 'teacher'),
  ('formed', 'draft', 'none', 'teacher'),
  ('formed', 'under_review', 'none', 'teacher'),
  ('under_review', 'registered', 'municipal', 'municipal'),
  ('under_review', 'registered', 'operator', 'operator'),
  ('under_review', 'rejected', 'municipal', 'municipal'),
  ('under_review', 'rejected', 'operator', 'municipal'),
  ('under_review', 'rejected', 'operator', 'operator'),
  ('under_review', 'withdrawn', 'municipal', 'municipal'),
  ('under_review', 'withdrawn', 'municipal', 'operator'),
  ('under_review', 'withdrawn', 'operator', 'operator'),
  ('registered', 'withdrawn', 'municipal', 'municipal'),
  ('registered', 'withdrawn', 'municipal', 'operator'),
  ('registered', 'withdrawn', 'operator', 'operator'),
  ('registered', 'rejected', 'municipal', 'operator'),
  ('registered', 'rejected', 'operator', 'operator'),
  ('registered', 'decided', 'municipal', 'operator'),
  ('registered', 'decided', 'operator', 'operator');
DROP POLICY migration_fill ON app.transition;

-- R-ROUTE-1, R-ROUTE-5, R-ROUTE-6 in the database: whoever forgets what, this holds.
CREATE FUNCTION app.guard_application() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  acting text := app.acting_role(current_user);
BEGIN
  -- A move takes the row along as it is; what was formed is formed anew where it comes to.
  IF current_user = 'attest_mover' AND (NEW.status = OLD.status OR (OLD.status, NEW.status) = ('formed', 'draft')) THEN
    RETURN NEW;
  END IF;
  IF OLD.submitted_at IS NOT NULL AND current_user = 'attest_tenant'
     AND (NEW.snapshot, NEW.surname, NEW.name, NEW.patronymic, NEW.position, NEW.subject, NEW.held_category,
          NEW.organisation_id, NEW.category, NEW.procedure, NEW.ground, NEW.form, NEW.presence, NEW.edition, NEW.formed_at)
       IS DISTINCT FROM
         (OLD.snapshot, OLD.surname, OLD.name, OLD.patronymic, OLD.position, OLD.subject, OLD.held_category,
          OLD.organisation_id, OLD.category, OLD.procedure, OLD.ground, OLD.form, OLD.presence, OLD.edition, OLD.formed_at) THEN
    RAISE EXCEPTION 'a submitted application does not change' USING ERRCODE = '42501';
  END IF;
  IF OLD.submitted_at IS NOT NULL AND (NEW.vouched_at, NEW.rejection, NEW.rejection_reasons, NEW.remarks)
       IS DISTINCT FROM (OLD.vouched_at, OLD.rejection, OLD.rejection_reasons, OLD.remarks)
     AND (acting NOT IN ('municipal', 'operator') OR OLD.account_id = app.ctx_account()) THEN
    RAISE EXCEPTION 'only who reviews vouches and rejects' USING ERRCODE = '42501';
  END IF;
  IF NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM app.transition t WHERE t.from_status = OLD.status AND t.to_status = NEW.status
                 AND t.route = coalesce(OLD.route, 'none') AND t.role = acting) THEN
    RAISE EXCEPTION 'no transition % -> % on route % for %', OLD.status, NEW.status, OLD.route, acting
      USING ERRCODE = '42501';
  END IF;
  IF (acting = 'teacher') <> (OLD.account_id = app.ctx_account()) THEN
    RAISE EXCEPTION 'nobody acts on its own application' USING ERRCODE = '42501';
  END IF;
  IF NEW.status = 'under_review' THEN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('membership ' || NEW.membership_id, 0));
    IF EXISTS (SELECT 1 FROM app.membership m WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.membership_id
               AND m.ended_at IS NOT NULL) THEN
      RAISE EXCEPTION 'the cabinet has ended' USING ERRCODE = '42501';
    END IF;
    NEW.route := CASE WHEN NEW.procedure = 'simplified'
        OR (SELECT k.routed_to_operator FROM app.organisation o JOIN app.ref_founder_kind k ON k.code = o.founder_kind
            WHERE o.tenant_id = NEW.tenant_id AND o.id = NEW.organisation_id)
        OR EXISTS (SELECT 1 FROM app.membership m WHERE m.tenant_id = NEW.tenant_id AND m.role = 'municipal'
            AND m.account_id = NEW.account_id AND m.ended_at IS NULL)
      THEN 'operator' ELSE 'municipal' END;
    NEW.submitted_at := app.ctx_now();
    NEW.due_on := app.region_today() + 30;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON app.application
  FOR EACH ROW EXECUTE FUNCTION app.guard_application();

-- Children of an application. All have the same shape of policies: the tenant's people see
-- a child where they see its application; experts by open assignment; operators what is
-- submitted, writing inside the municipality entered; the worker inside its job's.
CREATE TABLE app.application_event (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT app.ctx_now(),
  account_id bigint,
  role text NOT NULL,
  actor_name text NOT NULL DEFAULT '',
  act text NOT NULL,
  words text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX application_event_case ON app.application_event (tenant_id, application_id, id);
CREATE TABLE app.application_flag (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  code text NOT NULL,
  words text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, application_id, code),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
-- What people bring waits in quarantine until the worker has had it looked through, and is given to
-- nobody before (SEC-63). Where there is no antivirus, and the worker has said so, it is clean at once.
-- Until the worker has said which, everything waits. What the worker brings it says itself.
CREATE FUNCTION app.quarantine() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user NOT IN ('attest_worker', 'attest_mover') THEN
    NEW.virus_state := CASE WHEN EXISTS (SELECT 1 FROM app.region_setting s WHERE s.key = 'virus_check' AND s.value = 'no')
      THEN 'clean' ELSE 'quarantined' END;
    NEW.virus_checked := false;
    NEW.virus_tries := 0;
    NEW.virus_after := now();
  END IF;
  RETURN NEW;
END $$;
CREATE POLICY worker_says ON app.region_setting FOR INSERT TO attest_worker WITH CHECK (key = 'virus_check');
CREATE POLICY worker_changes ON app.region_setting FOR UPDATE TO attest_worker USING (key = 'virus_check');
GRANT INSERT (key, value), UPDATE (value) ON app.region_setting TO attest_worker;
-- The one door to the bytes: a key comes out of a clean row only.
CREATE FUNCTION app.served_key(p_key text, p_state text) RETURNS text LANGUAGE sql IMMUTABLE
  AS $$ SELECT CASE WHEN p_state = 'clean' THEN p_key END $$;
-- The state as pages tell it: what nobody looked through is said to be so.
CREATE FUNCTION app.file_state(p_state text, p_checked boolean) RETURNS text LANGUAGE sql IMMUTABLE
  AS $$ SELECT CASE WHEN p_state = 'clean' AND NOT p_checked THEN 'unchecked' ELSE p_state END $$;
-- A file's bytes lie in S3 under s3_key; a carried-over application names the same key again.
CREATE TABLE app.file (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  application_id bigint NOT NULL,
  s3_key text NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  content_type text NOT NULL,
  size bigint NOT NULL CHECK (size > 0),
  sha256 bytea NOT NULL,
  virus_state text NOT NULL DEFAULT 'quarantined' CHECK (virus_state IN ('quarantined', 'clean', 'refused')),
  -- Whether it was looked through for viruses; what we printed ourselves counts as such.
  virus_checked boolean NOT NULL DEFAULT false,
  virus_tries int NOT NULL DEFAULT 0,
  virus_after timestamptz NOT NULL DEFAULT now(),
  -- Scripts, programs or files in it (SEC-62): told to whoever opens it.
  active boolean NOT NULL DEFAULT false,
  by_account bigint,
  by_role text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, id, application_id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX file_case ON app.file (tenant_id, application_id, id);
CREATE INDEX file_quarantine ON app.file (virus_after, id) WHERE virus_state = 'quarantined';
CREATE TRIGGER quarantine BEFORE INSERT ON app.file FOR EACH ROW EXECUTE FUNCTION app.quarantine();
CREATE TRIGGER wake AFTER INSERT ON app.file
  FOR EACH ROW WHEN (NEW.virus_state = 'quarantined') EXECUTE FUNCTION app.wake_worker();
CREATE TABLE app.attachment (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  application_id bigint NOT NULL,
  file_id bigint NOT NULL,
  -- 'scan' is the signed application itself, of the edition it was signed as.
  kind text NOT NULL,
  edition int,
  criterion text,
  caption text NOT NULL DEFAULT '' CHECK (length(caption) <= 300),
  by_role text NOT NULL,
  by_account bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  detached_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, file_id, application_id) REFERENCES app.file (tenant_id, id, application_id)
    DEFERRABLE INITIALLY IMMEDIATE,
  CHECK ((kind = 'scan') = (edition IS NOT NULL))
);
CREATE INDEX attachment_case ON app.attachment (tenant_id, application_id, id);
-- The PDFs the worker prints: of an edition of the application, or of a withdrawal.
CREATE TABLE app.rendition (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('application', 'withdrawal', 'conclusion')),
  -- The edition of the application or of the conclusion, or the id of the withdrawal.
  of_id bigint NOT NULL,
  file_id bigint NOT NULL,
  -- By which template it was printed; 0 is the one the release was built with.
  template_version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, application_id, kind, of_id),
  FOREIGN KEY (tenant_id, file_id, application_id) REFERENCES app.file (tenant_id, id, application_id)
    DEFERRABLE INITIALLY IMMEDIATE
);
-- R-AUD-1: who opened which document, readable by the person it is about and by nobody else.
CREATE TABLE app.document_view (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  file_id bigint NOT NULL,
  subject_id bigint NOT NULL,
  account_id bigint NOT NULL,
  role text NOT NULL,
  organisation text NOT NULL DEFAULT '',
  at timestamptz NOT NULL DEFAULT app.ctx_now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, file_id, application_id) REFERENCES app.file (tenant_id, id, application_id)
    DEFERRABLE INITIALLY IMMEDIATE,
  -- Whose documents they are cannot be misstated.
  FOREIGN KEY (tenant_id, application_id, subject_id) REFERENCES app.application (tenant_id, id, account_id)
    DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX document_view_case ON app.document_view (tenant_id, application_id, id);
CREATE INDEX document_view_subject ON app.document_view (tenant_id, subject_id, id DESC);

GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
-- The open assignments of the expert in hand, as the bounded array of 04 B3. Late bound
-- (plpgsql): the table of assignments comes with the next migration.
CREATE FUNCTION app.my_assigned() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  RETURN (SELECT coalesce(array_agg(application_id), '{}') FROM app.assignment
          WHERE expert_account_id = app.ctx_account() AND expert_membership_id = app.ctx_membership()
            AND closed_at IS NULL);
END $$;
REVOKE ALL ON FUNCTION app.my_assigned() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.my_assigned() TO attest_expert;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

CREATE POLICY expert_read ON app.application FOR SELECT TO attest_expert
  USING (id = ANY ((SELECT app.my_assigned())::bigint[]));

-- The policies of a child of an application, the same for each of them. `writers` are the
-- runtime roles that may add rows. A child that only a submitted application has is seen by
-- whoever sees all of these, a coordinator in its municipality and the operators, without a look
-- at its application: the look is what lists paid for. That it has no row beside a draft is
-- checked as it is added. Kept for later migrations that add children.
CREATE PROCEDURE app.case_policies(child text, writers text[], of_submitted boolean DEFAULT false)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', child);
  EXECUTE format('CREATE POLICY tenant_read ON app.%I FOR SELECT TO attest_tenant
    USING (tenant_id = (SELECT app.ctx_tenant()))', child);
  IF of_submitted THEN
    EXECUTE format('CREATE POLICY case_visible ON app.%1$I AS RESTRICTIVE FOR ALL TO attest_tenant
      USING ((SELECT app.ctx_role() = ''municipal'') OR EXISTS (SELECT 1 FROM app.application a
                     WHERE a.tenant_id = %1$I.tenant_id AND a.id = %1$I.application_id))
      WITH CHECK (EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = %1$I.tenant_id
                     AND a.id = %1$I.application_id AND a.submitted_at IS NOT NULL))', child);
    EXECUTE format('CREATE POLICY operator_read ON app.%I FOR SELECT TO attest_operator
      USING (true)', child);
  ELSE
    EXECUTE format('CREATE POLICY case_visible ON app.%1$I AS RESTRICTIVE FOR ALL TO attest_tenant
      USING (EXISTS (SELECT 1 FROM app.application a
                     WHERE a.tenant_id = %1$I.tenant_id AND a.id = %1$I.application_id))', child);
    EXECUTE format('CREATE POLICY operator_read ON app.%1$I FOR SELECT TO attest_operator
      USING (EXISTS (SELECT 1 FROM app.application a
                     WHERE a.tenant_id = %1$I.tenant_id AND a.id = %1$I.application_id))', child);
  END IF;
  EXECUTE format('CREATE POLICY expert_read ON app.%I FOR SELECT TO attest_expert
    USING (application_id = ANY ((SELECT app.my_assigned())::bigint[]))', child);
  EXECUTE format('CREATE POLICY worker_read ON app.%I FOR SELECT TO attest_worker
    USING (tenant_id = (SELECT app.ctx_tenant()))', child);
  IF 'attest_tenant' = ANY (writers) THEN
    EXECUTE format('CREATE POLICY tenant_add ON app.%I FOR INSERT TO attest_tenant
      WITH CHECK (tenant_id = (SELECT app.ctx_tenant()))', child);
    EXECUTE format('CREATE POLICY tenant_change ON app.%I FOR UPDATE TO attest_tenant
      USING (tenant_id = (SELECT app.ctx_tenant()))', child);
  END IF;
  IF 'attest_expert' = ANY (writers) THEN
    EXECUTE format('CREATE POLICY expert_add ON app.%I FOR INSERT TO attest_expert
      WITH CHECK (tenant_id = (SELECT app.ctx_tenant())
        AND application_id = ANY ((SELECT app.my_assigned())::bigint[]))', child);
    EXECUTE format('CREATE POLICY expert_change ON app.%I FOR UPDATE TO attest_expert
      USING (tenant_id = (SELECT app.ctx_tenant())
        AND application_id = ANY ((SELECT app.my_assigned())::bigint[]))', child);
  END IF;
  IF 'attest_operator' = ANY (writers) THEN
    EXECUTE format('CREATE POLICY operator_add ON app.%1$I FOR INSERT TO attest_operator
      WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND EXISTS (SELECT 1 FROM app.application a
                   WHERE a.tenant_id = %1$I.tenant_id AND a.id = %1$I.application_id))', child);
    EXECUTE format('CREATE POLICY operator_change ON app.%I FOR UPDATE TO attest_operator
      USING (tenant_id = (SELECT app.ctx_tenant()))', child);
  END IF;
  IF 'attest_worker' = ANY (writers) THEN
    EXECUTE format('CREATE POLICY worker_add ON app.%I FOR INSERT TO attest_worker
      WITH CHECK (tenant_id = (SELECT app.ctx_tenant()))', child);
  END IF;
  EXECUTE format('GRANT SELECT ON app.%I TO attest_tenant, attest_expert, attest_operator, attest_worker', child);
END $$;
REVOKE ALL ON PROCEDURE app.case_policies(text, text[], boolean) FROM attest_tenant, attest_expert, attest_operator,
  attest_admin, attest_worker, attest_auth, attest_public, attest_definer, attest_mover;

CALL app.case_policies('application_event', '{attest_tenant,attest_expert,attest_operator,attest_worker}');
GRANT INSERT (tenant_id, application_id, account_id, role, actor_name, act, words) ON app.application_event
  TO attest_tenant, attest_expert, attest_operator, attest_worker;
-- Nobody writes history in another's name, here and in the log of views (R-AUD-1).
CREATE POLICY in_own_name ON app.application_event AS RESTRICTIVE FOR INSERT TO attest_tenant, attest_expert, attest_operator
  WITH CHECK (account_id = (SELECT app.ctx_account()) AND role = app.acting_role(current_user));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON app.application_event
  FOR EACH ROW EXECUTE FUNCTION app.refuse_change();

CALL app.case_policies('application_flag', '{attest_tenant}');
GRANT INSERT (tenant_id, application_id, code, words) ON app.application_flag TO attest_tenant;

CALL app.case_policies('file', '{attest_tenant,attest_expert,attest_operator,attest_worker}');
GRANT INSERT (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, active, by_account, by_role)
  ON app.file TO attest_tenant, attest_expert, attest_operator, attest_worker;
-- The worker looks for what waits in all municipalities, and writes what was found inside one.
ALTER POLICY worker_read ON app.file USING (tenant_id = (SELECT app.ctx_tenant())
  OR (((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')) AND virus_state = 'quarantined'));
CREATE POLICY worker_quarantine ON app.file FOR UPDATE TO attest_worker
  USING (virus_state = 'quarantined' AND (tenant_id = (SELECT app.ctx_tenant()) OR ((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker'))))
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant())
    OR (((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')) AND virus_state = 'quarantined'));
GRANT INSERT (virus_state, virus_checked), UPDATE (virus_state, virus_checked, virus_tries, virus_after) ON app.file TO attest_worker;

CALL app.case_policies('attachment', '{attest_tenant}');
GRANT INSERT (tenant_id, public_id, application_id, file_id, kind, edition, criterion, caption, by_role, by_account)
  ON app.attachment TO attest_tenant;
GRANT UPDATE (detached_at, kind, caption, criterion) ON app.attachment TO attest_tenant;
-- What others attached is not theirs to detach (08 §8.2: own, or own uploads).
CREATE POLICY own_upload ON app.attachment AS RESTRICTIVE FOR UPDATE TO attest_tenant
  USING (by_account = (SELECT app.ctx_account()) OR (SELECT app.ctx_role() = 'teacher'));

CALL app.case_policies('rendition', '{attest_worker}');
GRANT INSERT (tenant_id, application_id, kind, of_id, file_id, template_version) ON app.rendition TO attest_worker;

-- Whoever opens a document of a case it sees leaves a line under its own account and role; the
-- teacher it is about reads it, the worker for the municipality's export.
ALTER TABLE app.document_view ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY subject_read ON app.document_view FOR SELECT TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()) AND subject_id = (SELECT app.ctx_account())
    AND (SELECT app.ctx_role() = 'teacher'));
CREATE POLICY worker_read ON app.document_view FOR SELECT TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY viewer_add ON app.document_view FOR INSERT TO attest_tenant, attest_operator
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND account_id = (SELECT app.ctx_account())
    AND role = (SELECT app.ctx_role()) AND EXISTS (SELECT 1 FROM app.application a
      WHERE a.tenant_id = document_view.tenant_id AND a.id = document_view.application_id));
CREATE POLICY expert_add ON app.document_view FOR INSERT TO attest_expert
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND account_id = (SELECT app.ctx_account())
    AND role = 'expert' AND application_id = ANY ((SELECT app.my_assigned())::bigint[]));
GRANT SELECT ON app.document_view TO attest_tenant, attest_worker;
GRANT INSERT (tenant_id, application_id, file_id, subject_id, account_id, role, organisation) ON app.document_view
  TO attest_tenant, attest_expert, attest_operator;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON app.document_view
  FOR EACH ROW EXECUTE FUNCTION app.refuse_change();

-- An end waits for what the cabinet has not committed yet (app.guard_end), and finds it then.
CREATE FUNCTION app.guard_live() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = NEW.tenant_id AND a.membership_id = NEW.id
             AND a.status IN ('under_review', 'registered')) THEN
    RAISE EXCEPTION 'an application is live' USING ERRCODE = '23514', CONSTRAINT = 'membership_live_application';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER guard_live AFTER UPDATE OF ended_at ON app.membership FOR EACH ROW
  WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.role = 'teacher')
  EXECUTE FUNCTION app.guard_live();
CREATE POLICY in_own_name ON app.document_view AS RESTRICTIVE FOR INSERT TO attest_tenant, attest_expert, attest_operator
  WITH CHECK (account_id = (SELECT app.ctx_account()) AND role = app.acting_role(current_user));

-- R-ORG-2: the organisation that settles a request becomes the teacher's place of work, and
-- that of its cards without one or with the former, unless an application hangs on them. Only
-- the teacher sees its cards, so a definer does it.
CREATE POLICY definer_read ON app.organisation_request FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_place ON app.membership FOR UPDATE TO attest_definer
  USING (tenant_id = (SELECT app.ctx_tenant()) AND role = 'teacher');
CREATE POLICY definer_read ON app.card FOR SELECT TO attest_definer
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY definer_place ON app.card FOR UPDATE TO attest_definer
  USING (tenant_id = (SELECT app.ctx_tenant()));
GRANT SELECT ON app.organisation_request TO attest_definer;
GRANT UPDATE (organisation_id, version) ON app.membership TO attest_definer;
GRANT SELECT (tenant_id, id, membership_id, organisation_id, version) ON app.card TO attest_definer;
GRANT UPDATE (organisation_id, version) ON app.card TO attest_definer;
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE FUNCTION app.place_teacher(p_request bigint, p_organisation bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  request app.organisation_request;
  former bigint;
BEGIN
  SELECT * INTO request FROM app.organisation_request r
    WHERE r.tenant_id = app.ctx_tenant() AND r.id = p_request AND r.state = 'open';
  IF request.id IS NULL OR app.acting_role(session_user) IS DISTINCT FROM 'municipal' THEN
    RAISE EXCEPTION 'no such request for this caller' USING ERRCODE = '42501';
  END IF;
  SELECT m.organisation_id INTO former FROM app.membership m
    WHERE m.tenant_id = request.tenant_id AND m.id = request.membership_id;
  UPDATE app.membership m SET organisation_id = p_organisation, version = m.version + 1
    WHERE m.tenant_id = request.tenant_id AND m.id = request.membership_id AND m.ended_at IS NULL;
  UPDATE app.card c SET organisation_id = p_organisation, version = c.version + 1
    WHERE c.tenant_id = request.tenant_id AND c.membership_id = request.membership_id
      AND (c.organisation_id IS NULL OR c.organisation_id = former)
      AND NOT EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = c.tenant_id AND a.card_id = c.id
        AND a.status IN ('draft', 'formed', 'under_review', 'registered'));
END $$;
REVOKE ALL ON FUNCTION app.place_teacher(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.place_teacher(bigint, bigint) TO attest_tenant;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

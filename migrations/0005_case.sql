-- What stands beside a submitted application: withdrawal, schedule, experts, conclusion,
-- order and decision. Each with its own small table; what lists ask of them at every row is kept
-- in the application by triggers.

CREATE TABLE app.withdrawal (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  application_id bigint NOT NULL,
  state text NOT NULL DEFAULT 'formed' CHECK (state IN
    ('formed', 'under_review', 'accepted', 'declined', 'cancelled', 'lapsed')),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  by_role text NOT NULL,
  by_account bigint NOT NULL,
  file_id bigint,
  answer text NOT NULL DEFAULT '',
  -- Whose list it is in: the registrar's, after the period's approval the operators' (R-WD-1).
  decides text NOT NULL DEFAULT 'municipal' CHECK (decides IN ('municipal', 'operator')),
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (tenant_id, file_id, application_id) REFERENCES app.file (tenant_id, id, application_id)
    DEFERRABLE INITIALLY IMMEDIATE,
  CHECK (state NOT IN ('under_review', 'accepted') OR file_id IS NOT NULL)
);
CREATE UNIQUE INDEX withdrawal_open ON app.withdrawal (tenant_id, application_id)
  WHERE state IN ('formed', 'under_review');
CREATE INDEX withdrawal_list ON app.withdrawal (tenant_id, state, id);
CREATE INDEX withdrawal_region ON app.withdrawal (decides, id) WHERE state = 'under_review';
CREATE UNIQUE INDEX withdrawal_id ON app.withdrawal (id);
CREATE INDEX withdrawal_case ON app.withdrawal (tenant_id, application_id, id);
CALL app.case_policies('withdrawal', '{attest_tenant,attest_operator}', of_submitted => true);
GRANT INSERT (tenant_id, public_id, application_id, reason, by_role, by_account) ON app.withdrawal TO attest_tenant;
GRANT UPDATE (state, file_id, answer, version) ON app.withdrawal TO attest_tenant;
CREATE POLICY in_own_name ON app.withdrawal AS RESTRICTIVE FOR INSERT TO attest_tenant
  WITH CHECK (by_account = (SELECT app.ctx_account()) AND by_role = app.acting_role(current_user));
GRANT UPDATE (state, answer, version) ON app.withdrawal TO attest_operator;

CREATE FUNCTION app.set_decider() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.decides := coalesce((SELECT 'operator' FROM app.application a WHERE a.tenant_id = NEW.tenant_id
    AND a.id = NEW.application_id AND (a.route = 'operator' OR a.mark = 'approved')), 'municipal');
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION app.set_decider() FROM PUBLIC;
CREATE TRIGGER decider BEFORE INSERT ON app.withdrawal FOR EACH ROW EXECUTE FUNCTION app.set_decider();

-- Deciding on a withdrawal is for who reviews.
CREATE POLICY decided ON app.withdrawal AS RESTRICTIVE FOR UPDATE TO attest_tenant
  USING (true) WITH CHECK (state NOT IN ('accepted', 'declined') OR (SELECT app.ctx_role() = 'municipal'));

CREATE TABLE app.schedule_row (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  period_id int REFERENCES app.period,
  mark text NOT NULL DEFAULT 'none' CHECK (mark IN ('none', 'preliminary', 'approved')),
  set_by bigint,
  gap_since timestamptz,
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, application_id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE,
  CHECK ((mark = 'none') = (period_id IS NULL))
);
CREATE INDEX schedule_row_period ON app.schedule_row (tenant_id, period_id, id);
CREATE INDEX schedule_row_gap ON app.schedule_row (gap_since, id) WHERE gap_since IS NOT NULL;
CALL app.case_policies('schedule_row', '{attest_tenant,attest_operator}', of_submitted => true);
CREATE POLICY coordinator_add ON app.schedule_row AS RESTRICTIVE FOR INSERT TO attest_tenant
  WITH CHECK ((SELECT app.ctx_role() = 'municipal'));
CREATE POLICY coordinator_change ON app.schedule_row AS RESTRICTIVE FOR UPDATE TO attest_tenant
  USING ((SELECT app.ctx_role() = 'municipal') AND mark <> 'approved')
  WITH CHECK ((SELECT app.ctx_role() = 'municipal') AND mark <> 'approved');
GRANT INSERT (tenant_id, application_id, period_id, mark, set_by, gap_since) ON app.schedule_row TO attest_tenant, attest_operator;
GRANT UPDATE (period_id, mark, set_by, gap_since, version) ON app.schedule_row TO attest_tenant, attest_operator;

-- R-SCH-2…4. The tenant is the application's; the expert may be of another one.
CREATE TABLE app.assignment (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  applicant_account_id bigint NOT NULL,
  slot int NOT NULL CHECK (slot IN (1, 2)),
  expert_tenant_id int NOT NULL,
  expert_membership_id bigint NOT NULL,
  expert_account_id bigint NOT NULL,
  -- Name, post and organisation as they stood when assigned: what the teacher and schedules show.
  expert_name text NOT NULL, expert_position text NOT NULL DEFAULT '', expert_organisation text NOT NULL DEFAULT '',
  assigned_by bigint NOT NULL,
  assigned_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  closed_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, application_id, applicant_account_id)
    REFERENCES app.application (tenant_id, id, account_id) DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (expert_tenant_id, expert_membership_id, expert_account_id)
    REFERENCES app.membership (tenant_id, id, account_id) DEFERRABLE INITIALLY IMMEDIATE,
  CHECK (expert_account_id <> applicant_account_id)
);
CREATE UNIQUE INDEX assignment_slot ON app.assignment (tenant_id, application_id, slot) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX assignment_expert_once ON app.assignment (tenant_id, application_id, expert_account_id)
  WHERE closed_at IS NULL;
CREATE INDEX assignment_expert ON app.assignment (expert_account_id, expert_membership_id, application_id)
  WHERE closed_at IS NULL;
CREATE INDEX assignment_load ON app.assignment (expert_tenant_id, expert_membership_id) WHERE closed_at IS NULL;
ALTER TABLE app.assignment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_read ON app.assignment FOR SELECT TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY case_visible ON app.assignment AS RESTRICTIVE FOR ALL TO attest_tenant
  USING ((SELECT app.ctx_role() = 'municipal') OR EXISTS (SELECT 1 FROM app.application a
                 WHERE a.tenant_id = assignment.tenant_id AND a.id = assignment.application_id))
  WITH CHECK (EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = assignment.tenant_id
                 AND a.id = assignment.application_id AND a.submitted_at IS NOT NULL));
CREATE POLICY tenant_add ON app.assignment FOR INSERT TO attest_tenant
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND expert_tenant_id = (SELECT app.ctx_tenant())
    AND (SELECT app.ctx_role() = 'municipal'));
CREATE POLICY tenant_close ON app.assignment FOR UPDATE TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()) AND (SELECT app.ctx_role() = 'municipal'));
CREATE POLICY expert_own ON app.assignment FOR SELECT TO attest_expert
  USING (application_id = ANY ((SELECT app.my_assigned())::bigint[]));
CREATE POLICY operator_read ON app.assignment FOR SELECT TO attest_operator USING (true);
CREATE POLICY operator_add ON app.assignment FOR INSERT TO attest_operator
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY operator_close ON app.assignment FOR UPDATE TO attest_operator
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY worker_read ON app.assignment FOR SELECT TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY definer_read ON app.assignment FOR SELECT TO attest_definer USING (true);
GRANT SELECT ON app.assignment TO attest_tenant, attest_expert, attest_operator, attest_worker, attest_definer;
GRANT INSERT (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id, expert_membership_id,
  expert_account_id, expert_name, expert_position, expert_organisation, assigned_by)
  ON app.assignment TO attest_tenant, attest_operator;
GRANT UPDATE (closed_at) ON app.assignment TO attest_tenant, attest_operator;
-- R-SCH-3: an ended membership, or one of another role, is never accepted.
CREATE FUNCTION app.guard_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Held until commit: an end that comes now waits, and closes this assignment as well.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('membership ' || NEW.expert_membership_id, 0));
  IF NOT EXISTS (SELECT 1 FROM app.membership m WHERE m.tenant_id = NEW.expert_tenant_id
                 AND m.id = NEW.expert_membership_id AND m.role = 'expert' AND m.ended_at IS NULL) THEN
    RAISE EXCEPTION 'not an active expert' USING ERRCODE = '23514', CONSTRAINT = 'assignment_active_expert';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT ON app.assignment FOR EACH ROW EXECUTE FUNCTION app.guard_assignment();

CREATE TABLE app.conclusion (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  place text NOT NULL CHECK (place IN ('at_teacher', 'at_municipal', 'at_centre', 'at_expert', 'accepted')),
  -- Why it was returned last, or why the teacher refused to sign; empty otherwise.
  reason text NOT NULL DEFAULT '',
  refused boolean NOT NULL DEFAULT false,
  moved_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, application_id),
  UNIQUE (tenant_id, id, application_id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX conclusion_list ON app.conclusion (tenant_id, place, moved_at, id);
CREATE INDEX conclusion_region ON app.conclusion (place, moved_at, id);
CALL app.case_policies('conclusion', '{attest_tenant,attest_expert,attest_operator}', of_submitted => true);
GRANT INSERT (tenant_id, application_id, place) ON app.conclusion TO attest_expert;
GRANT UPDATE (place, reason, refused, moved_at, version) ON app.conclusion TO attest_tenant, attest_expert, attest_operator;
-- What is with the Centre is moved by operators, and they alone accept (R-CON-3).
CREATE POLICY with_the_centre ON app.conclusion AS RESTRICTIVE FOR UPDATE TO attest_tenant, attest_expert
  USING (place NOT IN ('at_centre', 'accepted')) WITH CHECK (place <> 'accepted');
-- Every version of the conclusion stays; `signed` says whose signatures are on the scan.
CREATE TABLE app.conclusion_file (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  conclusion_id bigint NOT NULL,
  file_id bigint NOT NULL,
  signed text NOT NULL CHECK (signed IN ('none', 'teacher', 'all')),
  by_account bigint NOT NULL,
  by_role text NOT NULL,
  at timestamptz NOT NULL DEFAULT app.ctx_now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, conclusion_id, application_id) REFERENCES app.conclusion (tenant_id, id, application_id)
    DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (tenant_id, file_id, application_id) REFERENCES app.file (tenant_id, id, application_id)
    DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX conclusion_file_case ON app.conclusion_file (tenant_id, application_id, id);
CALL app.case_policies('conclusion_file', '{attest_tenant,attest_expert,attest_operator}', of_submitted => true);
GRANT INSERT (tenant_id, application_id, conclusion_id, file_id, signed, by_account, by_role)
  ON app.conclusion_file TO attest_tenant, attest_expert;
CREATE POLICY in_own_name ON app.conclusion_file AS RESTRICTIVE FOR INSERT TO attest_tenant, attest_expert
  WITH CHECK (by_account = (SELECT app.ctx_account()) AND by_role = app.acting_role(current_user));

-- Orders (распоряжения) decide many applications at once (R-ORD-1). An order is the region's; it
-- lists people of many municipalities, so it is seen by whom it decides about and who sees that.
-- (`order` is a reserved word, but not behind `app.`.)
CREATE TABLE app.order (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  number text NOT NULL CHECK (length(number) BETWEEN 1 AND 30),
  date date NOT NULL,
  s3_key text NOT NULL,
  file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
  size bigint NOT NULL CHECK (size > 0),
  sha256 bytea NOT NULL,
  -- As a file's.
  virus_state text NOT NULL DEFAULT 'quarantined' CHECK (virus_state IN ('quarantined', 'clean', 'refused')),
  virus_checked boolean NOT NULL DEFAULT false,
  virus_tries int NOT NULL DEFAULT 0,
  virus_after timestamptz NOT NULL DEFAULT now(),
  UNIQUE (number, date)
);
CREATE INDEX order_list ON app.order (date, id);
CREATE INDEX order_quarantine ON app.order (virus_after, id) WHERE virus_state = 'quarantined';
CREATE TRIGGER quarantine BEFORE INSERT ON app.order FOR EACH ROW EXECUTE FUNCTION app.quarantine();
CREATE TRIGGER wake AFTER INSERT ON app.order
  FOR EACH ROW WHEN (NEW.virus_state = 'quarantined') EXECUTE FUNCTION app.wake_worker();
CREATE TABLE app.decision (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  order_id bigint NOT NULL REFERENCES app.order,
  granted boolean NOT NULL,
  category text NOT NULL,
  supersedes_id bigint,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, application_id, order_id),
  UNIQUE (tenant_id, id, application_id),
  -- One decision is superseded by one.
  UNIQUE (tenant_id, supersedes_id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (tenant_id, supersedes_id, application_id) REFERENCES app.decision (tenant_id, id, application_id)
    DEFERRABLE INITIALLY IMMEDIATE
);
-- An application is decided once; whatever follows supersedes.
CREATE UNIQUE INDEX decision_first ON app.decision (tenant_id, application_id) WHERE supersedes_id IS NULL;
CREATE INDEX decision_order ON app.decision (order_id, id);
CALL app.case_policies('decision', '{attest_operator}', of_submitted => true);
GRANT INSERT (tenant_id, application_id, order_id, granted, category, supersedes_id) ON app.decision TO attest_operator;
-- R-ORD-1, R-ROUTE-6 in the database: only what is decided has a decision, only what was ready is
-- decided, and nobody decides about itself.
CREATE POLICY ready ON app.decision AS RESTRICTIVE FOR INSERT TO attest_operator
  WITH CHECK (EXISTS (SELECT 1 FROM app.application a
    WHERE a.tenant_id = decision.tenant_id AND a.id = decision.application_id AND a.status = 'decided'
      AND a.category = decision.category AND a.account_id <> (SELECT app.ctx_account())
      AND (a.procedure = 'simplified'
        OR (EXISTS (SELECT 1 FROM app.conclusion c WHERE c.tenant_id = a.tenant_id AND c.application_id = a.id
              AND c.place = 'accepted')
          AND EXISTS (SELECT 1 FROM app.schedule_row s WHERE s.tenant_id = a.tenant_id AND s.application_id = a.id
              AND s.mark = 'approved')))));
CREATE FUNCTION app.decided_has_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM app.decision d WHERE d.tenant_id = NEW.tenant_id AND d.application_id = NEW.id) THEN
    RAISE EXCEPTION 'decided without a decision' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER decided_has_decision AFTER UPDATE OF status ON app.application
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'decided')
  EXECUTE FUNCTION app.decided_has_decision();
ALTER TABLE app.order ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY decides ON app.order FOR SELECT TO attest_tenant, attest_expert
  USING (EXISTS (SELECT 1 FROM app.decision d WHERE d.order_id = app.order.id));
-- Scanned like a file; an order belongs to no municipality.
CREATE POLICY worker_read ON app.order FOR SELECT TO attest_worker
  USING (((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')) OR EXISTS (SELECT 1 FROM app.decision d WHERE d.order_id = app.order.id));
CREATE POLICY worker_quarantine ON app.order FOR UPDATE TO attest_worker
  USING (virus_state = 'quarantined' AND ((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')))
  WITH CHECK (((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')));
GRANT UPDATE (virus_state, virus_checked, virus_tries, virus_after) ON app.order TO attest_worker;
CREATE POLICY operator_read ON app.order FOR SELECT TO attest_operator USING (true);
CREATE POLICY operator_add ON app.order FOR INSERT TO attest_operator WITH CHECK (true);
CREATE POLICY definer_read ON app.order FOR SELECT TO attest_definer USING (true);
GRANT SELECT ON app.order TO attest_tenant, attest_expert, attest_operator, attest_worker;
GRANT SELECT (id, number, date) ON app.order TO attest_definer;
GRANT INSERT (public_id, number, date, s3_key, file_name, size, sha256) ON app.order TO attest_operator;

-- A granted category is the card's category held from then on (R-APP-10). Only its teacher sees
-- the card, so a definer fills it in; педагог-методист and педагог-наставник add to the highest.
-- A decision that supersedes touches nothing a later application of the card brought. Where it
-- refuses what was granted, the card holds again what it held when the application was formed,
-- unless its owner has written something else there since.
-- The card may have moved to another municipality since.
ALTER POLICY definer_read ON app.card USING (true);
ALTER POLICY definer_place ON app.card USING (true);
GRANT SELECT (public_id, goes_on_as), UPDATE (held_category, held_issuer, held_date, held_number, held_until, version)
  ON app.card TO attest_definer;
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE FUNCTION app.hold_category() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  a app.application;
  -- The card as it goes on: what was final before a move hangs on an ended copy of it.
  live uuid;
BEGIN
  SELECT * INTO a FROM app.application x WHERE x.tenant_id = NEW.tenant_id AND x.id = NEW.application_id;
  SELECT coalesce(c.goes_on_as, c.public_id) INTO live FROM app.card c
    WHERE c.tenant_id = a.tenant_id AND c.id = a.card_id;
  IF EXISTS (SELECT 1 FROM app.card k
      JOIN app.application later ON later.tenant_id = k.tenant_id AND later.card_id = k.id AND later.id > a.id
      JOIN app.decision d ON d.tenant_id = later.tenant_id AND d.application_id = later.id AND d.granted
        AND d.category IN ('first', 'highest')
      WHERE (k.public_id = live OR k.goes_on_as = live)
        AND NOT EXISTS (SELECT 1 FROM app.decision s WHERE s.tenant_id = d.tenant_id AND s.supersedes_id = d.id)) THEN
    RETURN NULL;
  END IF;
  IF NEW.granted THEN
    UPDATE app.card c SET held_category = NEW.category, held_date = o.date, held_number = o.number, held_until = NULL,
        held_issuer = coalesce((SELECT s.value FROM app.region_setting s WHERE s.key = 'order_issuer'), ''),
        version = c.version + 1
      FROM app.order o WHERE o.id = NEW.order_id AND c.public_id = live;
  ELSE
    UPDATE app.card c SET held_category = coalesce(a.snapshot #>> '{held,category}', ''),
        held_date = (a.snapshot #>> '{held,date}')::date, held_number = coalesce(a.snapshot #>> '{held,number}', ''),
        held_until = (a.snapshot #>> '{held,until}')::date, held_issuer = coalesce(a.snapshot #>> '{held,issuer}', ''),
        version = c.version + 1
      FROM app.decision d JOIN app.order o ON o.id = d.order_id
      WHERE d.tenant_id = NEW.tenant_id AND d.id = NEW.supersedes_id AND d.granted
        AND c.public_id = live AND (c.held_category, c.held_date, c.held_number) = (d.category, o.date, o.number);
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.hold_category() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.hold_category() TO attest_owner;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;
CREATE TRIGGER hold_category AFTER INSERT ON app.decision FOR EACH ROW
  WHEN ((NEW.granted OR NEW.supersedes_id IS NOT NULL) AND NEW.category IN ('first', 'highest'))
  EXECUTE FUNCTION app.hold_category();

-- The teacher's live phone and e-mail, for those the case gives them to (08 §8.2, R-SCH-4).
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE FUNCTION app.contacts(p_applications bigint[])
RETURNS TABLE (application_id bigint, phone text, email text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  -- Asked once, not of every row.
  caller CONSTANT text := app.acting_role(session_user);
  here CONSTANT int := app.ctx_tenant();
  assigned CONSTANT bigint[] := CASE caller WHEN 'expert' THEN app.my_assigned() END;
BEGIN
  RETURN QUERY SELECT a.id, m.phone, coalesce(c.email, '')
  FROM app.application a
  JOIN app.membership m ON m.tenant_id = a.tenant_id AND m.id = a.membership_id
  JOIN app.account c ON c.id = a.account_id
  WHERE a.id = ANY (p_applications) AND CASE caller
    WHEN 'teacher' THEN a.tenant_id = here AND a.account_id = app.ctx_account()
    WHEN 'school' THEN a.tenant_id = here AND a.submitted_at IS NOT NULL AND a.organisation_id = app.ctx_organisation()
    WHEN 'municipal' THEN a.tenant_id = here AND a.submitted_at IS NOT NULL
    WHEN 'expert' THEN a.id = ANY (assigned)
    WHEN 'operator' THEN a.submitted_at IS NOT NULL
    ELSE false END;
END $$;
-- How many teachers each expert has, by period (R-SCH-3): a coordinator sees its own experts' whole
-- load, the part from other municipalities too, and nothing of whose teachers they are.
CREATE FUNCTION app.expert_loads() RETURNS TABLE (membership_id bigint, period_id int, load bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT x.expert_membership_id, s.period_id, count(*) FROM app.assignment x
  LEFT JOIN app.schedule_row s ON s.tenant_id = x.tenant_id AND s.application_id = x.application_id
  WHERE x.closed_at IS NULL AND CASE app.acting_role(session_user)
    WHEN 'municipal' THEN x.expert_tenant_id = app.ctx_tenant()
    WHEN 'operator' THEN true
    ELSE false END
  GROUP BY x.expert_membership_id, s.period_id $$;
REVOKE ALL ON FUNCTION app.contacts(bigint[]), app.expert_loads() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.contacts(bigint[]) TO attest_tenant, attest_expert, attest_operator;
GRANT EXECUTE ON FUNCTION app.expert_loads() TO attest_tenant, attest_operator;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

-- What lists ask at every row of an application stands in the row. A cabinet that ends closes
-- assignments in other municipalities too, hence no condition on the one in hand.
CREATE POLICY definer_keep ON app.application FOR UPDATE TO attest_definer USING (submitted_at IS NOT NULL);
GRANT UPDATE (mark, experts) ON app.application TO attest_definer;
CREATE POLICY definer_read ON app.withdrawal FOR SELECT TO attest_definer USING (state IN ('formed', 'under_review'));
CREATE POLICY definer_decider ON app.withdrawal FOR UPDATE TO attest_definer
  USING (state IN ('formed', 'under_review'));
GRANT SELECT (tenant_id, application_id, state, decides), UPDATE (decides) ON app.withdrawal TO attest_definer;
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE FUNCTION app.follow_schedule() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  UPDATE app.application SET mark = NEW.mark WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id;
  UPDATE app.withdrawal w SET decides = d.decides
    FROM (SELECT CASE WHEN a.route = 'operator' OR a.mark = 'approved' THEN 'operator' ELSE 'municipal' END AS decides
        FROM app.application a WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id) d
    WHERE w.tenant_id = NEW.tenant_id AND w.application_id = NEW.application_id
      AND w.state IN ('formed', 'under_review') AND w.decides <> d.decides;
  RETURN NULL;
END $$;
CREATE FUNCTION app.follow_assignment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  -- Locked first: who assigns to the other place at the same time is counted by the later of both.
  PERFORM 1 FROM app.application WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id FOR NO KEY UPDATE;
  UPDATE app.application SET experts = (SELECT count(*) FROM app.assignment x WHERE x.tenant_id = NEW.tenant_id
      AND x.application_id = NEW.application_id AND x.closed_at IS NULL)
    WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.follow_schedule(), app.follow_assignment() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.follow_schedule(), app.follow_assignment() TO attest_owner;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;
CREATE TRIGGER followed_added AFTER INSERT ON app.schedule_row FOR EACH ROW
  WHEN (NEW.mark <> 'none') EXECUTE FUNCTION app.follow_schedule();
CREATE TRIGGER followed_changed AFTER UPDATE OF mark ON app.schedule_row FOR EACH ROW
  WHEN (OLD.mark <> NEW.mark) EXECUTE FUNCTION app.follow_schedule();
CREATE TRIGGER followed_added AFTER INSERT ON app.assignment FOR EACH ROW
  WHEN (NEW.closed_at IS NULL) EXECUTE FUNCTION app.follow_assignment();
CREATE TRIGGER followed_changed AFTER UPDATE OF closed_at ON app.assignment FOR EACH ROW
  WHEN ((OLD.closed_at IS NULL) <> (NEW.closed_at IS NULL)) EXECUTE FUNCTION app.follow_assignment();

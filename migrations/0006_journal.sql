-- The regional registration journal (R-APP-5): one sequence a calendar year, no holes, no
-- duplicates. Counter and lines are written by the functions below and by nobody else.

CREATE TABLE app.journal_counter (
  year int PRIMARY KEY,
  lines int NOT NULL DEFAULT 0,
  last_number int NOT NULL DEFAULT 0,
  last_date date,
  last_hash bytea NOT NULL DEFAULT '\x'
);
ALTER TABLE app.journal_counter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY definer_all ON app.journal_counter FOR ALL TO attest_definer USING (true);
GRANT SELECT, INSERT, UPDATE ON app.journal_counter TO attest_definer;

-- A correction is a new line that points to the old one and takes no number. A line stays where
-- it was written when its application leaves (merge), so no foreign key. The hash chain covers a
-- salted digest of the personal columns, so that blanking them keeps it whole.
CREATE TABLE app.registration (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  year int NOT NULL,
  line int NOT NULL,
  kind text NOT NULL CHECK (kind IN ('entry', 'correction')),
  number int,
  date date NOT NULL,
  of_line int,
  application_id bigint NOT NULL,
  submitted_on date NOT NULL,
  person text NOT NULL,
  position text NOT NULL,
  organisation text NOT NULL,
  municipality text NOT NULL,
  held_category text NOT NULL,
  category text NOT NULL,
  form text NOT NULL,
  ground text NOT NULL,
  decision text NOT NULL DEFAULT '',
  registered_by text NOT NULL,
  salt uuid NOT NULL,
  digest bytea NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  -- No foreign key: the line outlives its application (SEC-106); who appends it checks.
  PRIMARY KEY (tenant_id, id),
  CHECK ((kind = 'entry') = (number IS NOT NULL)),
  CHECK ((kind = 'correction') = (of_line IS NOT NULL))
);
CREATE UNIQUE INDEX registration_line ON app.registration (year, line);
CREATE UNIQUE INDEX registration_number ON app.registration (year, number) WHERE kind = 'entry';
CREATE UNIQUE INDEX registration_entry ON app.registration (tenant_id, application_id) WHERE kind = 'entry';
CREATE INDEX registration_application ON app.registration (application_id);
CREATE INDEX registration_own ON app.registration (tenant_id, date, line);
CREATE INDEX registration_region ON app.registration (date, line);
ALTER TABLE app.registration ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_read ON app.registration FOR SELECT TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY case_visible ON app.registration AS RESTRICTIVE FOR SELECT TO attest_tenant
  USING ((SELECT app.ctx_role() = 'municipal') OR EXISTS (SELECT 1 FROM app.application a
                 WHERE a.tenant_id = registration.tenant_id AND a.id = registration.application_id));
CREATE POLICY operator_read ON app.registration FOR SELECT TO attest_operator USING (true);
CREATE POLICY worker_read ON app.registration FOR SELECT TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY definer_read ON app.registration FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_add ON app.registration FOR INSERT TO attest_definer WITH CHECK (true);
GRANT SELECT ON app.registration TO attest_tenant, attest_operator, attest_worker, attest_definer;
GRANT INSERT ON app.registration TO attest_definer;
CREATE TRIGGER append_only BEFORE DELETE ON app.registration
  FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
-- The number is shown with the application wherever it is shown: the definer keeps it there.
GRANT UPDATE (registered_number, registered_on) ON app.application TO attest_definer;

GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
-- Appends one line for an application; callers below have checked who may.
CREATE FUNCTION app.append_journal(a app.application, p_kind text, p_of_line int, p_decision text, p_by text)
RETURNS app.registration LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  today date := app.region_today();
  counter app.journal_counter;
  line app.registration;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM app.application x WHERE x.tenant_id = a.tenant_id AND x.id = a.id) THEN
    RAISE EXCEPTION 'no such application' USING ERRCODE = '23503';
  END IF;
  INSERT INTO app.journal_counter (year) VALUES (extract(year FROM today)) ON CONFLICT DO NOTHING;
  SELECT * INTO counter FROM app.journal_counter WHERE year = extract(year FROM today) FOR UPDATE;
  line.tenant_id := a.tenant_id;
  line.year := counter.year;
  line.line := counter.lines + 1;
  line.kind := p_kind;
  line.number := CASE WHEN p_kind = 'entry' THEN counter.last_number + 1 END;
  line.date := greatest(today, counter.last_date);
  line.of_line := p_of_line;
  line.application_id := a.id;
  line.submitted_on := (a.submitted_at AT TIME ZONE coalesce(
    (SELECT value FROM app.region_setting WHERE key = 'time_zone'), 'Asia/Tomsk'))::date;
  line.person := concat_ws(' ', a.surname, a.name, nullif(a.patronymic, ''));
  line.position := coalesce((SELECT p.name FROM app.ref_position p WHERE p.code = a.position), a.position);
  line.organisation := (SELECT o.name FROM app.organisation o WHERE o.tenant_id = a.tenant_id AND o.id = a.organisation_id);
  line.municipality := (SELECT m.name FROM app.municipality m WHERE m.id = a.tenant_id);
  line.held_category := a.held_category;
  line.category := a.category;
  line.form := a.form;
  line.ground := coalesce((SELECT g.name FROM app.ref_ground g WHERE g.code = a.ground), '');
  line.decision := p_decision;
  line.registered_by := p_by;
  line.salt := gen_random_uuid();
  line.digest := sha256(convert_to(jsonb_build_array(line.salt, line.person, line.position, line.organisation)::text, 'UTF8'));
  line.previous := counter.last_hash;
  line.hash := sha256(line.previous || convert_to(jsonb_build_array(line.year, line.line, line.kind, line.number,
    line.date, line.of_line, line.tenant_id, encode(line.digest, 'hex'))::text, 'UTF8'));
  INSERT INTO app.registration (tenant_id, year, line, kind, number, date, of_line, application_id, submitted_on,
      person, position, organisation, municipality, held_category, category, form, ground, decision, registered_by,
      salt, digest, previous, hash)
    VALUES (line.tenant_id, line.year, line.line, line.kind, line.number, line.date, line.of_line, line.application_id,
      line.submitted_on, line.person, line.position, line.organisation, line.municipality, line.held_category,
      line.category, line.form, line.ground, line.decision, line.registered_by, line.salt, line.digest,
      line.previous, line.hash);
  UPDATE app.journal_counter SET lines = line.line, last_date = line.date, last_hash = line.hash,
    last_number = coalesce(line.number, last_number) WHERE year = line.year;
  RETURN line;
END $$;
-- The name of the person acting, for the journal's column «Кем зарегистрировано».
CREATE FUNCTION app.acting_name() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT coalesce(CASE WHEN session_user = 'attest_operator'
    THEN (SELECT concat_ws(' ', nullif(i.surname, ''), nullif(i.name, ''), nullif(i.patronymic, ''))
          FROM app.institute_member i WHERE i.id = app.ctx_membership() AND i.account_id = app.ctx_account())
    ELSE (SELECT concat_ws(' ', nullif(m.surname, ''), nullif(m.name, ''), nullif(m.patronymic, ''))
          FROM app.membership m WHERE m.id = app.ctx_membership() AND m.account_id = app.ctx_account())
    END, '') $$;
-- R-APP-5: the number, taken last in the transaction. Re-checks status, route and caller.
CREATE FUNCTION app.register_application(p_application bigint) RETURNS TABLE (number int, date date)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  a app.application;
  line app.registration;
BEGIN
  SELECT * INTO a FROM app.application x WHERE x.id = p_application AND x.tenant_id = app.ctx_tenant();
  IF a.id IS NULL OR a.status <> 'registered' OR (a.account_id <> app.ctx_account()) IS NOT TRUE
     OR app.acting_role(session_user) IS DISTINCT FROM a.route THEN
    RAISE EXCEPTION 'not to be registered by this caller' USING ERRCODE = '42501';
  END IF;
  line := app.append_journal(a, 'entry', NULL, '', app.acting_name());
  UPDATE app.application x SET registered_number = line.number, registered_on = line.date
    WHERE x.tenant_id = a.tenant_id AND x.id = a.id;
  RETURN QUERY SELECT line.number, line.date;
END $$;
-- A correction: once of the entry of an application that left the register (withdrawn, annulled);
-- of one that stays in it, a line for each time its data were corrected or its decision superseded
-- (R-APP-10).
CREATE FUNCTION app.correct_journal(p_application bigint, p_decision text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  a app.application;
  entry app.registration;
  due boolean;
BEGIN
  SELECT * INTO a FROM app.application x WHERE x.id = p_application AND x.tenant_id = app.ctx_tenant();
  -- By the application alone: the entry stands where it was registered, before a merge perhaps.
  SELECT * INTO entry FROM app.registration r WHERE r.application_id = a.id AND r.kind = 'entry';
  due := CASE
    WHEN a.status IN ('withdrawn', 'rejected') THEN app.acting_role(session_user) IN ('municipal', 'operator')
      AND NOT EXISTS (SELECT 1 FROM app.registration r WHERE r.application_id = a.id AND r.kind = 'correction'
                      AND r.decision = p_decision)
    WHEN a.status IN ('registered', 'decided') AND p_decision IN ('corrected', 'superseded') THEN
      app.acting_role(session_user) = 'operator'
      AND (SELECT count(*) FROM app.registration r WHERE r.application_id = a.id AND r.kind = 'correction'
           AND r.decision = p_decision) < CASE p_decision
        WHEN 'corrected' THEN (SELECT count(*) FROM app.correction c
          WHERE c.tenant_id = a.tenant_id AND c.application_id = a.id)
        ELSE (SELECT count(*) FROM app.decision d
          WHERE d.tenant_id = a.tenant_id AND d.application_id = a.id AND d.supersedes_id IS NOT NULL) END
  END;
  IF entry.id IS NULL OR due IS NOT TRUE OR (a.account_id <> app.ctx_account()) IS NOT TRUE THEN
    RAISE EXCEPTION 'nothing to correct for this caller' USING ERRCODE = '42501';
  END IF;
  PERFORM app.append_journal(a, 'correction', entry.line, p_decision, app.acting_name());
END $$;
REVOKE ALL ON FUNCTION app.append_journal(app.application, text, int, text, text), app.acting_name(),
  app.register_application(bigint), app.correct_journal(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.register_application(bigint), app.correct_journal(bigint, text), app.acting_name()
  TO attest_tenant, attest_operator;
GRANT EXECUTE ON FUNCTION app.acting_name() TO attest_expert;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

-- Nothing commits as registered without its line in the journal.
CREATE FUNCTION app.registered_has_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM app.registration r WHERE r.application_id = NEW.id AND r.kind = 'entry') THEN
    RAISE EXCEPTION 'registered without a journal line' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER registered_has_number AFTER UPDATE OF status ON app.application
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'registered')
  EXECUTE FUNCTION app.registered_has_number();

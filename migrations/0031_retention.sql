-- Terms of keeping (R-CONS-1, SEC-87). A case is kept to the end of the term of the region, counted from the
-- end of the year in which it became final; then the worker destroys it. Who withdraws its consent is erased
-- but for the cases that are kept, and leaves with the last of them. Whatever is destroyed is told in an act
-- by numbers; what stays of a case is a row of the statistics that leads to nobody.

-- The day a case became final; written by the trigger alone.
ALTER TABLE app.application ADD COLUMN final_on date;
CREATE INDEX application_final ON app.application (final_on, id) WHERE final_on IS NOT NULL;
-- What hangs on a case is looked for as it goes, and by the foreign keys of it.
CREATE INDEX application_previous ON app.application (previous_id) WHERE previous_id IS NOT NULL;
CREATE INDEX application_card ON app.application (tenant_id, card_id);
CREATE INDEX assignment_case ON app.assignment (tenant_id, application_id);
CREATE INDEX letter_case ON app.letter (application_id) WHERE application_id IS NOT NULL;
CREATE INDEX job_case ON app.job (application_id) WHERE application_id IS NOT NULL;
CREATE FUNCTION app.note_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.final_on := app.region_today();
  RETURN NEW;
END $$;
CREATE TRIGGER final BEFORE INSERT OR UPDATE OF status ON app.application FOR EACH ROW
  WHEN (NEW.final_on IS NULL AND NEW.status IN ('rejected', 'withdrawn', 'decided'))
  EXECUTE FUNCTION app.note_final();

-- Since when nobody signs in by it: only its kept cases are left.
ALTER TABLE app.account ADD COLUMN withdrawn_at timestamptz;
CREATE INDEX account_withdrawn ON app.account (id) WHERE withdrawn_at IS NOT NULL;
GRANT SELECT (epoch, withdrawn_at), UPDATE (login, login_norm, password_phc, email, email_confirmed_at, status, epoch, withdrawn_at)
  ON app.account TO attest_mover;
GRANT SELECT (withdrawn_at) ON app.account TO attest_definer;
GRANT SELECT (withdrawn_at), UPDATE (withdrawn_at) ON app.consent TO attest_mover;

-- The act by which the personal columns of a line were blanked: «изъято по акту № …» (R-APP-5).
ALTER TABLE app.registration ADD COLUMN destroyed_by text NOT NULL DEFAULT '';
GRANT UPDATE (destroyed_by) ON app.registration TO attest_mover;

-- Acts of destroyed data, numbered within their year without holes: of a run of the worker, or of one
-- erasure by request. Acts are kept for ever.
CREATE TABLE app.destruction_act (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  year int NOT NULL,
  number int NOT NULL CHECK (number > 0),
  -- The term of keeping is over, or its person asked.
  basis text NOT NULL CHECK (basis IN ('term', 'request')),
  opened_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  -- Nothing is added any more, and the worker prints it.
  closed_at timestamptz,
  -- Its PDF.
  s3_key text,
  size bigint CHECK (size > 0),
  sha256 bytea,
  UNIQUE (year, number),
  CHECK ((s3_key IS NULL) = (size IS NULL) AND (s3_key IS NULL) = (sha256 IS NULL)),
  CHECK (s3_key IS NULL OR closed_at IS NOT NULL)
);
-- A run that was killed is gone on with by the next one.
CREATE UNIQUE INDEX destruction_act_open ON app.destruction_act (basis) WHERE closed_at IS NULL;
CREATE INDEX destruction_act_unprinted ON app.destruction_act (id) WHERE s3_key IS NULL;
-- What an act is about, line by line: ids and numbers, never a name.
CREATE TABLE app.destroyed (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  act_id bigint NOT NULL REFERENCES app.destruction_act,
  at timestamptz NOT NULL DEFAULT app.ctx_now(),
  what text NOT NULL CHECK (what IN ('case', 'belongings', 'registration', 'account')),
  -- None where it was of all municipalities.
  municipality_id int REFERENCES app.municipality,
  -- The public id of the application, or of the account.
  subject uuid NOT NULL,
  -- Number and year in the journal of registrations; empty for what was never registered.
  number text NOT NULL,
  documents int NOT NULL
);
CREATE INDEX destroyed_act ON app.destroyed (act_id, id);
-- For the statistics: a row for each case destroyed, in no way tied to it.
CREATE TABLE app.past_case (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  municipality_id int NOT NULL REFERENCES app.municipality,
  year int NOT NULL,
  procedure text NOT NULL,
  route text NOT NULL,
  category text,
  outcome text NOT NULL CHECK (outcome IN ('granted', 'refused', 'rejected', 'withdrawn'))
);
CREATE INDEX past_case_year ON app.past_case (year, outcome);
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['destruction_act', 'destroyed', 'past_case'] LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY admin_read ON app.%I FOR SELECT TO attest_admin
      USING ((SELECT app.ctx_role() = ''admin''))', t);
    EXECUTE format('CREATE POLICY mover_add ON app.%I FOR INSERT TO attest_mover WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT ON app.%I TO attest_admin', t);
    EXECUTE format('GRANT INSERT ON app.%I TO attest_mover', t);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.%I FOR EACH STATEMENT
      EXECUTE FUNCTION app.refuse_change()', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['destruction_act', 'destroyed'] LOOP
    EXECUTE format('CREATE POLICY mover_read ON app.%I FOR SELECT TO attest_mover USING (true)', t);
    EXECUTE format('CREATE POLICY worker_read ON app.%I FOR SELECT TO attest_worker
      USING ((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = ''worker''))', t);
    EXECUTE format('GRANT SELECT ON app.%I TO attest_mover, attest_worker', t);
  END LOOP;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON app.destroyed FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON app.past_case FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON app.destruction_act FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE POLICY mover_close ON app.destruction_act FOR UPDATE TO attest_mover USING (closed_at IS NULL) WITH CHECK (true);
GRANT UPDATE (closed_at) ON app.destruction_act TO attest_mover;
CREATE POLICY worker_print ON app.destruction_act FOR UPDATE TO attest_worker
  USING (s3_key IS NULL AND closed_at IS NOT NULL AND (SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker'))
  WITH CHECK ((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker'));
GRANT UPDATE (s3_key, size, sha256) ON app.destruction_act TO attest_worker;

-- The year of an act is the region's.
CREATE POLICY mover_read ON app.region_setting FOR SELECT TO attest_mover USING (key = 'time_zone');
GRANT SELECT ON app.region_setting TO attest_mover;
-- Former terms, for a shorter one is not followed at once.
CREATE POLICY definer_terms ON app.region_change FOR SELECT TO attest_definer
  USING (list = 'setting' AND key = 'retention_years');
GRANT SELECT (list, key, former, at) ON app.region_change TO attest_definer;
GRANT CREATE ON SCHEMA app TO attest_definer, attest_mover;
SET LOCAL ROLE attest_definer;
-- The last day on which what became final then is kept no longer (domain::retention; a test compares).
-- What is destroyed is destroyed: a term that was made shorter counts after thirty days, till then the longest.
CREATE FUNCTION app.final_through() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT make_date(extract(year FROM app.region_today())::int - 1
    - greatest(coalesce((SELECT value::int FROM app.region_setting WHERE key = 'retention_years'), 5),
      (SELECT max(coalesce(c.former #>> '{}', '5')::int) FROM app.region_change c
       WHERE c.list = 'setting' AND c.key = 'retention_years' AND c.at > app.ctx_now() - interval '30 days')),
    12, 31) $$;
-- Cases whose term is over, the oldest first, but for so many of the oldest. A live one has no such day.
CREATE FUNCTION app.due_cases(p_most int, p_passed int) RETURNS TABLE (place int, application bigint, public_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT a.tenant_id, a.id, a.public_id FROM app.application a
  WHERE a.final_on <= app.final_through() AND a.status IN ('rejected', 'withdrawn', 'decided')
  ORDER BY a.final_on, a.id OFFSET p_passed LIMIT p_most $$;
-- Where the journal has lines of these applications: before a merge perhaps elsewhere than they are.
CREATE FUNCTION app.journal_places(p_applications bigint[]) RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT r.tenant_id), '{}') FROM app.registration r
  WHERE r.application_id = ANY (p_applications) $$;
-- Accounts that withdrew their consent and of which nothing is kept any more.
CREATE FUNCTION app.bare_accounts(p_most int, p_passed int) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT x.id FROM app.account x WHERE x.withdrawn_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM app.membership m JOIN app.application a ON a.tenant_id = m.tenant_id
      AND a.account_id = m.account_id WHERE m.account_id = x.id)
  ORDER BY x.id OFFSET p_passed LIMIT p_most $$;
-- How many of both wait to be destroyed, up to 10,000 of each: a number for whoever watches the installation.
CREATE FUNCTION app.to_destroy() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT (SELECT count(*) FROM app.due_cases(10000, 0)) + (SELECT count(*) FROM app.bare_accounts(10000, 0)) $$;
-- The submitted applications of the account in the context: what is kept of it when it withdraws its consent.
CREATE FUNCTION app.kept_of_own() RETURNS TABLE (municipality text, submitted_on date, number int, registered_on date,
  status text, final_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT t.name, (a.submitted_at AT TIME ZONE coalesce(
      (SELECT value FROM app.region_setting WHERE key = 'time_zone'), 'Asia/Tomsk'))::date,
    a.registered_number, a.registered_on, a.status, coalesce(a.final_on, app.region_today())
  FROM (SELECT DISTINCT m.tenant_id FROM app.membership m WHERE m.account_id = app.ctx_account()) p
  JOIN app.application a ON a.tenant_id = p.tenant_id AND a.account_id = app.ctx_account()
  JOIN app.municipality t ON t.id = a.tenant_id
  WHERE a.submitted_at IS NOT NULL ORDER BY a.submitted_at, a.id $$;
-- How many cases the next run destroys, and of how many the term ends with this year; nothing else of them.
CREATE FUNCTION app.retention_counts() RETURNS TABLE (through date, due bigint, this_year bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT t.through, (SELECT count(*) FROM app.application a WHERE a.final_on <= t.through),
    (SELECT count(*) FROM app.application a WHERE a.final_on > t.through
      AND a.final_on <= (t.through + interval '1 year')::date)
  FROM (SELECT app.final_through() AS through) t WHERE app.acting_role(session_user) = 'admin' $$;
-- A cabinet is opened for an account that may act: of one that leaves meanwhile none is.
CREATE FUNCTION app.guard_opening() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  PERFORM 1 FROM app.account a WHERE a.id = NEW.account_id AND a.status = 'active' FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the account is closed' USING ERRCODE = '23514', CONSTRAINT = 'cabinet_of_closed';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION app.guard_opening() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.guard_opening() TO attest_owner;
REVOKE ALL ON FUNCTION app.final_through(), app.due_cases(int, int), app.journal_places(bigint[]),
  app.bare_accounts(int, int), app.to_destroy(), app.kept_of_own(), app.retention_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_cases(int, int), app.journal_places(bigint[]), app.bare_accounts(int, int) TO attest_mover;
GRANT EXECUTE ON FUNCTION app.to_destroy() TO attest_worker;
GRANT EXECUTE ON FUNCTION app.kept_of_own() TO attest_auth;
GRANT EXECUTE ON FUNCTION app.retention_counts() TO attest_admin;

SET LOCAL ROLE attest_owner;
CREATE TRIGGER guard_opening BEFORE INSERT ON app.membership FOR EACH ROW
  WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION app.guard_opening();
CREATE TRIGGER guard_opening BEFORE INSERT ON app.institute_member FOR EACH ROW
  WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION app.guard_opening();
SET LOCAL ROLE attest_mover;
-- Inner functions: they act as whoever calls, and nobody but the mover may.

-- The documents of an account's applications in the municipalities in hand.
CREATE FUNCTION app.documents_of(p_account bigint) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT count(*)::int FROM app.file f JOIN app.application a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
  WHERE a.account_id = p_account $$;

-- The act in hand: of a run the one that is open, of a request a new one. It takes the next number, and
-- with it the turn of whoever destroys besides, until the commit.
CREATE FUNCTION app.act_in_hand(p_basis text) RETURNS app.destruction_act LANGUAGE plpgsql AS $$
DECLARE
  act app.destruction_act;
  this_year CONSTANT int := extract(year FROM app.region_today());
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('destruction act', 0));
  SELECT * INTO act FROM app.destruction_act a WHERE a.basis = p_basis AND a.closed_at IS NULL;
  IF act.id IS NULL THEN
    INSERT INTO app.destruction_act (year, number, basis, closed_at)
      SELECT this_year, 1 + coalesce(max(a.number), 0), p_basis, CASE p_basis WHEN 'request' THEN app.ctx_now() END
      FROM app.destruction_act a WHERE a.year = this_year
      RETURNING * INTO act;
  END IF;
  RETURN act;
END $$;

-- A line in the act in hand.
CREATE FUNCTION app.tell_destroyed(p_basis text, p_what text, p_place int, p_subject uuid, p_number text,
  p_documents int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  act CONSTANT app.destruction_act := app.act_in_hand(p_basis);
BEGIN
  INSERT INTO app.destroyed (act_id, what, municipality_id, subject, number, documents)
    VALUES (act.id, p_what, p_place, p_subject, p_number, p_documents);
END $$;

-- What was published keeps its rows without these applicants: of a schedule by the number, of results by
-- the name, in what was decided together with it. Post and school would tell who it was.
CREATE FUNCTION app.unname_published(p_cases bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  numbers CONSTANT text[] := ARRAY(SELECT a.registered_number || '/' || to_char(a.registered_on, 'YYYY')
    FROM app.application a WHERE a.id = ANY (p_cases) AND a.registered_on IS NOT NULL);
  names CONSTANT text[] := ARRAY(
    SELECT concat_ws(' ', a.surname, a.name, nullif(a.patronymic, '')) FROM app.application a WHERE a.id = ANY (p_cases)
    UNION SELECT concat_ws(' ', n ->> 'surname', n ->> 'name', nullif(n ->> 'patronymic', ''))
      FROM app.correction c, LATERAL (VALUES (c.former -> 'name'), (c.present -> 'name')) v(n)
      WHERE c.application_id = ANY (p_cases) AND n IS NOT NULL);
BEGIN
  UPDATE app.publication p SET version = p.version + 1, rows = (SELECT jsonb_agg(
      CASE WHEN (e.value ->> 'number') || '/' || left(e.value ->> 'on', 4) = ANY (numbers)
        THEN jsonb_set(e.value, '{teacher}', '{"name": "", "position": "", "organisation": ""}') ELSE e.value END ORDER BY e.place)
      FROM jsonb_array_elements(p.rows) WITH ORDINALITY e(value, place))
    WHERE p.kind = 'schedule' AND EXISTS (SELECT 1 FROM jsonb_array_elements(p.rows) r
      WHERE (r ->> 'number') || '/' || left(r ->> 'on', 4) = ANY (numbers) AND r -> 'teacher' ->> 'name' <> '');
  UPDATE app.publication p SET version = p.version + 1, rows = (SELECT jsonb_agg(
      CASE WHEN e.value -> 'teacher' ->> 'name' = ANY (names)
        THEN jsonb_set(e.value, '{teacher}', '{"name": "", "position": "", "organisation": ""}') ELSE e.value END ORDER BY e.place)
      FROM jsonb_array_elements(p.rows) WITH ORDINALITY e(value, place))
    WHERE p.kind = 'results' AND p.order_id IN (SELECT d.order_id FROM app.decision d WHERE d.application_id = ANY (p_cases))
      AND EXISTS (SELECT 1 FROM jsonb_array_elements(p.rows) r WHERE r -> 'teacher' ->> 'name' = ANY (names));
END $$;

-- Destroys final cases of the municipalities in hand. The caller holds their locks and has put off the
-- foreign keys.
CREATE FUNCTION app.destroy_cases(p_act app.destruction_act, p_cases bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  cards CONSTANT bigint[] := ARRAY(SELECT a.card_id FROM app.application a WHERE a.id = ANY (p_cases));
  cabinets CONSTANT bigint[] := ARRAY(SELECT a.membership_id FROM app.application a WHERE a.id = ANY (p_cases));
  -- The copies that were left behind for these cases (0011), and hold nothing any more.
  left_over bigint[];
  place int;
BEGIN
  INSERT INTO app.past_case (municipality_id, year, procedure, route, category, outcome)
    SELECT a.tenant_id, extract(year FROM a.final_on)::int, a.procedure, a.route, a.category,
      CASE a.status WHEN 'decided' THEN CASE WHEN (SELECT d.granted FROM app.decision d WHERE d.tenant_id = a.tenant_id
        AND d.application_id = a.id ORDER BY d.id DESC LIMIT 1) THEN 'granted' ELSE 'refused' END ELSE a.status END
    FROM app.application a WHERE a.id = ANY (p_cases) ORDER BY random();
  INSERT INTO app.destroyed (act_id, what, municipality_id, subject, number, documents)
    SELECT p_act.id, 'case', a.tenant_id, a.public_id,
      coalesce(a.registered_number || '/' || to_char(a.registered_on, 'YYYY'), ''),
      (SELECT count(*) FROM app.file f WHERE f.tenant_id = a.tenant_id AND f.application_id = a.id)
    FROM app.application a WHERE a.id = ANY (p_cases) ORDER BY a.id;
  INSERT INTO app.audit_event (tenant_id, act, object_id)
    SELECT a.tenant_id, 'case.destroy', a.id FROM app.application a WHERE a.id = ANY (p_cases) ORDER BY a.id;
  PERFORM app.unname_published(p_cases);
  UPDATE app.handover_row r SET note = '' WHERE r.note <> ''
    AND r.application IN (SELECT a.public_id FROM app.application a WHERE a.id = ANY (p_cases));
  -- The journal has no holes: its lines stay, blank. The chain covers the digest, not the words.
  UPDATE app.registration SET person = '', position = '', organisation = '',
      salt = '00000000-0000-0000-0000-000000000000', destroyed_by = p_act.number || '/' || p_act.year
    WHERE application_id = ANY (p_cases);
  -- Whose case it was has submitted, and is not among those who never did (R-DEL-1).
  UPDATE app.membership m SET submitted_before = true WHERE m.id = ANY (cabinets);
  FOR place IN SELECT DISTINCT a.tenant_id FROM app.application a WHERE a.id = ANY (p_cases) ORDER BY 1 LOOP
    PERFORM app.erase_cases(place, ARRAY(SELECT a.id FROM app.application a
      WHERE a.tenant_id = place AND a.id = ANY (p_cases)));
    DELETE FROM app.card c WHERE c.tenant_id = place AND c.id = ANY (cards) AND c.goes_on_as IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = c.tenant_id AND a.card_id = c.id);
    left_over := ARRAY(SELECT m.id FROM app.membership m WHERE m.tenant_id = place AND m.id = ANY (cabinets)
      AND m.ended_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = m.tenant_id AND a.membership_id = m.id)
      AND NOT EXISTS (SELECT 1 FROM app.card c WHERE c.tenant_id = m.tenant_id AND c.membership_id = m.id));
    PERFORM app.erase_of_cabinets(place, left_over, '{}');
    DELETE FROM app.membership m WHERE m.tenant_id = place AND m.id = ANY (left_over);
  END LOOP;
END $$;

-- Erases what is not kept of an account whose applications are all final, and ends it: how many documents
-- went. Login, password and address are gone; the name stays where the kept applications have it.
CREATE FUNCTION app.withdraw_account(p_account bigint, p_places int[]) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  place int;
  cabinets bigint[];
  drafts bigint[];
  documents int := 0;
  nobody CONSTANT text := replace(gen_random_uuid()::text, '-', '');
  t text;
  c text;
BEGIN
  FOREACH place IN ARRAY p_places LOOP
    cabinets := ARRAY(SELECT m.id FROM app.membership m
      WHERE m.tenant_id = place AND m.account_id = p_account AND m.role = 'teacher');
    drafts := ARRAY(SELECT a.id FROM app.application a
      WHERE a.tenant_id = place AND a.membership_id = ANY (cabinets) AND a.submitted_at IS NULL);
    documents := documents + (SELECT count(*) FROM app.file f WHERE f.tenant_id = place AND f.application_id = ANY (drafts));
    PERFORM app.erase_cases(place, drafts);
    PERFORM app.erase_of_cabinets(place, cabinets, '{application,card}');
    DELETE FROM app.card x WHERE x.tenant_id = place AND x.membership_id = ANY (cabinets)
      AND NOT EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = x.tenant_id AND a.card_id = x.id);
    -- What a kept application hangs on: empty, as the copies a move leaves behind are.
    UPDATE app.card x SET position = '', subject = '', surname_gen = '', name_gen = '', patronymic_gen = '', surname_dat = '',
        name_dat = '', patronymic_dat = '', age = NULL, education = '', service_total = NULL,
        service_pedagogical = NULL, service_post = NULL, held_category = '', held_issuer = '', held_date = NULL,
        held_number = '', held_until = NULL, version = x.version + 1
      WHERE x.tenant_id = place AND x.membership_id = ANY (cabinets);
    DELETE FROM app.membership m WHERE m.tenant_id = place AND m.id = ANY (cabinets)
      AND NOT EXISTS (SELECT 1 FROM app.card x WHERE x.tenant_id = m.tenant_id AND x.membership_id = m.id);
    UPDATE app.membership m SET phone = '', position = '', ended_at = coalesce(m.ended_at, app.ctx_now()), version = m.version + 1
      WHERE m.tenant_id = place AND m.id = ANY (cabinets);
  END LOOP;
  -- Letters and requests to move are elsewhere, too.
  PERFORM set_config('app.moving', app.traces_of(p_account)::text, true);
  DELETE FROM app.letter l WHERE l.account_id = p_account;
  DELETE FROM app.transfer x WHERE x.account_id = p_account;
  PERFORM set_config('app.moving', p_places::text, true);
  PERFORM app.orphan_belongings(p_account);
  -- That consent was given and withdrawn is proved by its row.
  FOR t, c IN SELECT * FROM app.of_accounts() x WHERE x.t <> 'consent' LOOP
    EXECUTE format('DELETE FROM app.%I WHERE %I = $1', t, c) USING p_account;
  END LOOP;
  UPDATE app.consent x SET withdrawn_at = app.ctx_now() WHERE x.account_id = p_account AND x.withdrawn_at IS NULL;
  UPDATE app.account x SET login = nobody, login_norm = nobody, password_phc = NULL, email = NULL,
      email_confirmed_at = NULL, status = 'blocked', epoch = x.epoch + 1, withdrawn_at = app.ctx_now()
    WHERE x.id = p_account;
  RETURN documents;
END $$;
REVOKE ALL ON FUNCTION app.documents_of(bigint), app.act_in_hand(text),
  app.tell_destroyed(text, text, int, uuid, text, int), app.unname_published(bigint[]),
  app.destroy_cases(app.destruction_act, bigint[]), app.withdraw_account(bigint, int[]) FROM PUBLIC;

-- The worker's run: destroys some cases whose term is over or, where there are none, accounts that withdrew
-- and of which nothing is kept; how many. It passes by so many of the oldest that were refused before in this
-- run. Whoever finds none closes the act. One run at a time: of two workers each takes what the other has left.
CREATE FUNCTION app.destroy_due(p_most int, p_passed int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  act app.destruction_act;
  cases bigint[];
  places int[];
  bare bigint;
  one uuid;
  done int;
BEGIN
  IF session_user <> 'attest_worker' OR app.ctx_role() IS DISTINCT FROM 'worker' OR app.ctx_tenant() IS NOT NULL THEN
    RAISE EXCEPTION 'only the worker destroys' USING ERRCODE = '42501';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('retention', 0));
  SELECT array_agg(d.application ORDER BY d.application), array_agg(DISTINCT d.place) INTO cases, places
    FROM app.due_cases(p_most, p_passed) d;
  -- The lock every verb on a case takes, in the order of ids as everybody takes them.
  PERFORM set_config('app.moving', coalesce(places, '{}')::text, true);
  FOR one IN SELECT a.public_id FROM app.application a WHERE a.id = ANY (cases) ORDER BY a.id LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended(one::text, 0));
  END LOOP;
  -- What is being carried over from one of them is waited for.
  cases := ARRAY(SELECT a.id FROM app.application a WHERE a.id = ANY (cases) AND a.status <> ALL (app.live())
    ORDER BY a.id FOR UPDATE);
  done := cardinality(cases);
  SET CONSTRAINTS ALL DEFERRED;
  IF done > 0 THEN
    act := app.act_in_hand('term');
    -- Registers of conclusions went whole to the heir of a municipality that was merged (0014).
    PERFORM set_config('app.moving', (app.journal_places(cases) || ARRAY(
      WITH RECURSIVE went(id) AS (SELECT unnest(places) UNION
        SELECT m.merged_into FROM app.municipality m JOIN went w ON m.id = w.id WHERE m.merged_into IS NOT NULL)
      SELECT w.id FROM went w))::text, true);
    PERFORM app.destroy_cases(act, cases);
  END IF;
  IF done = 0 THEN
    FOR bare IN SELECT * FROM app.bare_accounts(p_most, p_passed - (SELECT count(*) FROM app.due_cases(p_passed, 0))::int) LOOP
      places := app.taught_in(bare);
      PERFORM set_config('app.moving', places::text, true);
      PERFORM set_config('app.leaving', ARRAY[bare]::text, true);
      PERFORM app.lock_teacher(places, bare);
      PERFORM app.tell_destroyed('term', 'account', NULL, (SELECT a.public_id FROM app.account a WHERE a.id = bare), '', 0);
      PERFORM app.erase_everywhere(bare, places);
      done := done + 1;
    END LOOP;
  END IF;
  SET CONSTRAINTS ALL IMMEDIATE;
  -- An act is closed with the run, and before it is too long to be read.
  UPDATE app.destruction_act a SET closed_at = app.ctx_now() WHERE a.basis = 'term' AND a.closed_at IS NULL
    AND (done = 0 OR (SELECT count(*) FROM app.destroyed d WHERE d.act_id = a.id) >= 1000);
  RETURN done;
END $$;
REVOKE ALL ON FUNCTION app.destroy_due(int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.destroy_due(int, int) TO attest_worker;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer, attest_mover;

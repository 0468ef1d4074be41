-- Leaving of people: the letter that offers it (R-DEL-1), the consent withdrawn
-- (R-CONS-1), and the erasure of all that a municipality holds of a teacher. As in 0012, tables come from
-- the catalogue, so that none is forgotten; what lies in the store is written down and deleted by the worker.

-- A letter offered a teacher to delete its data. The token is derived from public_id and nonce; only its
-- hash is kept. Once it is done the row tells that, and not whose it was.
CREATE TABLE app.deletion (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  membership_id bigint,
  account_id bigint,
  nonce uuid NOT NULL,
  token_sha256 bytea NOT NULL UNIQUE,
  offered_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  expires_at timestamptz NOT NULL,
  done_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, membership_id, account_id) REFERENCES app.membership (tenant_id, id, account_id)
    DEFERRABLE INITIALLY IMMEDIATE,
  CHECK ((membership_id IS NULL) = (done_at IS NOT NULL)),
  CHECK ((account_id IS NULL) = (done_at IS NOT NULL))
);
-- One person has one link that lives: offered again it is renewed.
CREATE UNIQUE INDEX deletion_one ON app.deletion (tenant_id, membership_id) WHERE done_at IS NULL;
CREATE INDEX deletion_account ON app.deletion (tenant_id, account_id) WHERE done_at IS NULL;
ALTER TABLE app.deletion ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY coordinator_all ON app.deletion FOR ALL TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()) AND (SELECT app.ctx_role() = 'municipal'));
CREATE POLICY worker_read ON app.deletion FOR SELECT TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
-- Whoever holds the link is in no municipality yet: it is found by its token.
CREATE POLICY mover_all ON app.deletion FOR ALL TO attest_mover
  USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]) OR token_sha256 = (SELECT app.ctx_token()));
GRANT SELECT ON app.deletion TO attest_tenant, attest_worker;
GRANT INSERT (tenant_id, public_id, membership_id, account_id, nonce, token_sha256, expires_at) ON app.deletion
  TO attest_tenant;
GRANT UPDATE (nonce, token_sha256, offered_at, expires_at) ON app.deletion TO attest_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.deletion TO attest_mover;

-- Objects whose rows were erased: the worker deletes them. A key that ends with «/» is all that lies
-- under it; pictures of pages may still be drawn when their document goes, so these wait a little.
CREATE TABLE app.orphan (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL,
  due_at timestamptz NOT NULL DEFAULT app.ctx_now()
);
CREATE INDEX orphan_due ON app.orphan (due_at, id);
ALTER TABLE app.orphan ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY mover_add ON app.orphan FOR INSERT TO attest_mover WITH CHECK (true);
CREATE POLICY worker_clear ON app.orphan FOR ALL TO attest_worker
  USING ((SELECT app.ctx_role() = 'worker') AND due_at <= (SELECT app.ctx_now()));
GRANT INSERT (key, due_at) ON app.orphan TO attest_mover;
GRANT SELECT, DELETE ON app.orphan TO attest_worker;

-- The tables of a municipality whose rows hang on an application. The journal's lines stay.
CREATE FUNCTION app.of_applications() RETURNS SETOF text LANGUAGE sql STABLE
  AS $$ SELECT x FROM app.tenant_tables() x JOIN pg_attribute a ON a.attrelid = ('app.' || quote_ident(x))::regclass
        WHERE a.attname = 'application_id' AND x <> 'registration' ORDER BY 1 $$;
-- Those whose rows belong to a membership: the columns of its municipality and of its number.
CREATE FUNCTION app.of_memberships() RETURNS TABLE (t text, place text, c text) LANGUAGE sql STABLE
  AS $$ SELECT r.relname::text, x.attname::text, y.attname::text FROM pg_constraint k
        JOIN pg_class r ON r.oid = k.conrelid
        JOIN pg_attribute x ON x.attrelid = k.conrelid AND x.attnum = k.conkey[1]
        JOIN pg_attribute y ON y.attrelid = k.conrelid AND y.attnum = k.conkey[2]
        WHERE k.contype = 'f' AND k.confrelid = 'app.membership'::regclass ORDER BY 1, 3 $$;

GRANT CREATE ON SCHEMA app TO attest_definer, attest_mover;
GRANT SELECT (login, public_id) ON app.account TO attest_mover;
GRANT SELECT (s3_key) ON app.printout TO attest_mover;
GRANT SELECT (public_id) ON app.upload TO attest_mover;
GRANT SELECT (account_id) ON app.transfer TO attest_definer;
SET LOCAL ROLE attest_definer;
-- Whether an account has, or had, a cabinet anywhere.
CREATE FUNCTION app.has_cabinets(p_account bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.membership m WHERE m.account_id = p_account)
    OR EXISTS (SELECT 1 FROM app.institute_member i WHERE i.account_id = p_account) $$;
-- Whether an account has, or had, a cabinet besides that of a teacher in this municipality.
CREATE FUNCTION app.has_others(p_tenant int, p_account bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.membership m
      WHERE m.account_id = p_account AND (m.tenant_id <> p_tenant OR m.role <> 'teacher'))
    OR EXISTS (SELECT 1 FROM app.institute_member i WHERE i.account_id = p_account) $$;
-- Where a person without a cabinet left traces, having moved on: letters to it, requests to move it.
CREATE FUNCTION app.traces_of(p_account bigint) RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT x.tenant_id), '{}')
  FROM (SELECT l.tenant_id FROM app.letter l WHERE l.account_id = p_account
        UNION SELECT t.tenant_id FROM app.transfer t WHERE t.account_id = p_account) x $$;
-- Where an account is a teacher, or was.
CREATE FUNCTION app.taught_in(p_account bigint) RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT m.tenant_id ORDER BY m.tenant_id), '{}') FROM app.membership m
  WHERE m.account_id = p_account AND m.role = 'teacher' $$;
-- What hinders the account in the context from being erased: it has, or had, another cabinet than a
-- teacher's; an application that is under review or registered; one that is kept until its term is over.
CREATE FUNCTION app.hindrance() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  WITH own AS (SELECT m.role, a.status, a.submitted_at FROM app.membership m
    LEFT JOIN app.application a ON a.tenant_id = m.tenant_id AND a.account_id = m.account_id
    WHERE m.account_id = app.ctx_account())
  SELECT CASE WHEN EXISTS (SELECT 1 FROM own WHERE role <> 'teacher')
      OR EXISTS (SELECT 1 FROM app.institute_member i WHERE i.account_id = app.ctx_account()) THEN 'staff'
    WHEN EXISTS (SELECT 1 FROM own WHERE status IN ('under_review', 'registered')) THEN 'live'
    WHEN EXISTS (SELECT 1 FROM own WHERE submitted_at IS NOT NULL) THEN 'submitted'
    ELSE 'none' END $$;
REVOKE ALL ON FUNCTION app.has_cabinets(bigint), app.has_others(int, bigint), app.traces_of(bigint),
  app.taught_in(bigint), app.hindrance() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.has_cabinets(bigint), app.has_others(int, bigint), app.traces_of(bigint),
  app.taught_in(bigint), app.hindrance() TO attest_mover;
GRANT EXECUTE ON FUNCTION app.hindrance() TO attest_auth;
-- A carried-over application names the keys of the former one: what some row names stays.
GRANT EXECUTE ON FUNCTION app.named_keys(text[]) TO attest_worker;

SET LOCAL ROLE attest_mover;
-- Inner functions: they act as whoever calls, and nobody but the mover may.

-- What lies in the store for an account alone: what was printed for it, what it was uploading.
CREATE FUNCTION app.orphan_belongings(p_account bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO app.orphan (key)
    SELECT p.s3_key FROM app.printout p WHERE p.account_id = p_account AND p.s3_key IS NOT NULL
    UNION ALL SELECT 'upload/' || u.public_id || '/' FROM app.upload u WHERE u.account_id = p_account $$;

-- An account nobody has a cabinet by, with all that belongs to it.
CREATE FUNCTION app.erase_account(p_account bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t text;
  c text;
BEGIN
  PERFORM set_config('app.moving', app.traces_of(p_account)::text, true);
  PERFORM set_config('app.leaving', ARRAY[p_account]::text, true);
  PERFORM app.orphan_belongings(p_account);
  DELETE FROM app.letter l WHERE l.account_id = p_account;
  DELETE FROM app.transfer x WHERE x.account_id = p_account;
  FOR t, c IN SELECT * FROM app.of_accounts() LOOP
    EXECUTE format('DELETE FROM app.%I WHERE %I = $1', t, c) USING p_account;
  END LOOP;
  DELETE FROM app.account WHERE id = p_account;
  INSERT INTO app.audit_event (act, object_id) VALUES ('account.erase', p_account);
END $$;

-- Applications of a municipality with all that hangs on them, but the journal's lines. What goes on from
-- one of them goes on from none.
CREATE FUNCTION app.erase_cases(p_tenant int, p_cases bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t text;
BEGIN
  INSERT INTO app.orphan (key)
    SELECT DISTINCT f.s3_key FROM app.file f WHERE f.tenant_id = p_tenant AND f.application_id = ANY (p_cases);
  INSERT INTO app.orphan (key, due_at) SELECT p.folder || '/', app.ctx_now() + interval '1 hour'
    FROM app.preview p WHERE p.tenant_id = p_tenant AND p.application_id = ANY (p_cases) AND p.folder IS NOT NULL;
  UPDATE app.application a SET previous_id = NULL WHERE a.tenant_id = p_tenant AND a.previous_id = ANY (p_cases);
  FOR t IN SELECT app.of_applications() LOOP
    EXECUTE format('DELETE FROM app.%I WHERE tenant_id = $1 AND application_id = ANY ($2)', t) USING p_tenant, p_cases;
  END LOOP;
  DELETE FROM app.application a WHERE a.tenant_id = p_tenant AND a.id = ANY (p_cases);
END $$;

-- What belongs to cabinets of a municipality, but what stays with applications that are kept. An offer to
-- delete them is done.
CREATE FUNCTION app.erase_of_cabinets(p_tenant int, p_cabinets bigint[], p_kept text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  place text;
  t text;
  c text;
BEGIN
  UPDATE app.deletion d SET membership_id = NULL, account_id = NULL, done_at = app.ctx_now()
    WHERE d.tenant_id = p_tenant AND d.membership_id = ANY (p_cabinets);
  FOR t, place, c IN SELECT * FROM app.of_memberships() x WHERE x.t <> ALL (p_kept) LOOP
    EXECUTE format('DELETE FROM app.%I WHERE %I = $1 AND %I = ANY ($2)', t, place, c) USING p_tenant, p_cabinets;
  END LOOP;
END $$;

-- All that a municipality holds of an account as a teacher; the account too, if it never had another
-- cabinet: then true. The caller has asked whether it may, and put off the foreign keys.
CREATE FUNCTION app.erase_teacher(p_tenant int, p_account bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  cabinets CONSTANT bigint[] := ARRAY(SELECT m.id FROM app.membership m
    WHERE m.tenant_id = p_tenant AND m.account_id = p_account AND m.role = 'teacher');
BEGIN
  PERFORM app.erase_cases(p_tenant, ARRAY(SELECT a.id FROM app.application a
    WHERE a.tenant_id = p_tenant AND a.membership_id = ANY (cabinets)));
  PERFORM app.erase_of_cabinets(p_tenant, cabinets, '{}');
  DELETE FROM app.transfer x WHERE x.tenant_id = p_tenant AND x.account_id = p_account;
  DELETE FROM app.membership m WHERE m.tenant_id = p_tenant AND m.id = ANY (cabinets);
  -- Letters do not say to which cabinet they went: with another one here they stay, without words.
  DELETE FROM app.letter l WHERE l.tenant_id = p_tenant AND l.account_id = p_account
    AND NOT EXISTS (SELECT 1 FROM app.membership m WHERE m.tenant_id = p_tenant AND m.account_id = p_account);
  INSERT INTO app.audit_event (tenant_id, act, object_id) SELECT p_tenant, 'registration.delete', unnest(cabinets);
  IF app.has_cabinets(p_account) THEN
    RETURN false;
  END IF;
  PERFORM app.erase_account(p_account);
  RETURN true;
END $$;

-- An account with all its municipalities hold of it as a teacher, where nothing else is.
CREATE FUNCTION app.erase_everywhere(p_account bigint, p_places int[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  place int;
  gone boolean := false;
BEGIN
  PERFORM set_config('app.moving', p_places::text, true);
  PERFORM set_config('app.leaving', ARRAY[p_account]::text, true);
  FOREACH place IN ARRAY p_places LOOP
    gone := app.erase_teacher(place, p_account);
  END LOOP;
  IF NOT gone THEN
    PERFORM app.erase_account(p_account);
  END IF;
END $$;

-- The locks of every verb on a case of a teacher and of submitting, in their order: what is being submitted
-- is submitted first, or never.
CREATE FUNCTION app.lock_teacher(p_places int[], p_account bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  one uuid;
  cabinet bigint;
BEGIN
  FOR one IN SELECT a.public_id FROM app.application a
      WHERE a.tenant_id = ANY (p_places) AND a.account_id = p_account ORDER BY a.id LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended(one::text, 0));
  END LOOP;
  FOR cabinet IN SELECT m.id FROM app.membership m
      WHERE m.tenant_id = ANY (p_places) AND m.account_id = p_account AND m.role = 'teacher' ORDER BY m.id LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended('membership ' || cabinet, 0));
    PERFORM 1 FROM app.membership m WHERE m.tenant_id = ANY (p_places) AND m.id = cabinet FOR UPDATE;
  END LOOP;
END $$;

-- How a link stands: whether its person still is one who never submitted here.
CREATE FUNCTION app.deletion_state(p_offer app.deletion) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN p_offer.done_at IS NOT NULL THEN 'done'
    WHEN p_offer.expires_at <= app.ctx_now() THEN 'expired'
    WHEN EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = p_offer.tenant_id
      AND a.account_id = p_offer.account_id AND a.submitted_at IS NOT NULL)
      OR EXISTS (SELECT 1 FROM app.membership m WHERE m.tenant_id = p_offer.tenant_id
      AND m.account_id = p_offer.account_id AND m.submitted_before) THEN 'submitted'
    ELSE 'open' END $$;
REVOKE ALL ON FUNCTION app.orphan_belongings(bigint), app.erase_account(bigint), app.erase_cases(int, bigint[]),
  app.erase_of_cabinets(int, bigint[], text[]), app.erase_teacher(int, bigint), app.erase_everywhere(bigint, int[]),
  app.lock_teacher(int[], bigint), app.deletion_state(app.deletion) FROM PUBLIC;

-- What the link in hand would erase. Looking does not use it: link scanners look, too.
CREATE FUNCTION app.deletion_in_hand() RETURNS TABLE (state text, municipality text, login text, cards bigint,
  applications bigint, files bigint, account_too boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  offer app.deletion;
  cabinets bigint[];
BEGIN
  SELECT * INTO offer FROM app.deletion d WHERE d.token_sha256 = app.ctx_token();
  PERFORM set_config('app.moving', ARRAY[offer.tenant_id]::text, true);
  PERFORM set_config('app.leaving', ARRAY[offer.account_id]::text, true);
  cabinets := ARRAY(SELECT m.id FROM app.membership m
    WHERE m.tenant_id = offer.tenant_id AND m.account_id = offer.account_id AND m.role = 'teacher');
  RETURN QUERY SELECT app.deletion_state(offer), t.name, coalesce((SELECT a.login FROM app.account a), ''),
      (SELECT count(*) FROM app.card c WHERE c.tenant_id = offer.tenant_id AND c.membership_id = ANY (cabinets)),
      (SELECT count(*) FROM app.application a WHERE a.tenant_id = offer.tenant_id AND a.membership_id = ANY (cabinets)),
      (SELECT count(*) FROM app.attachment x JOIN app.application a ON a.tenant_id = x.tenant_id
        AND a.id = x.application_id WHERE x.tenant_id = offer.tenant_id AND a.membership_id = ANY (cabinets)),
      NOT app.has_others(offer.tenant_id, offer.account_id)
    FROM app.municipality t WHERE t.id = offer.tenant_id;
END $$;

-- Does what the link in hand offers, if it still may: whose sessions end, and where. Of parallel presses
-- one does it, the others find it done.
CREATE FUNCTION app.delete_registration() RETURNS TABLE (state text, municipality int, account bigint, login text,
  account_too boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  offer app.deletion;
  subject uuid;
  documents int;
BEGIN
  SELECT * INTO offer FROM app.deletion d WHERE d.token_sha256 = app.ctx_token();
  IF offer.id IS NULL THEN
    RETURN;
  END IF;
  PERFORM set_config('app.moving', ARRAY[offer.tenant_id]::text, true);
  PERFORM set_config('app.leaving', ARRAY[offer.account_id]::text, true);
  PERFORM app.lock_teacher(ARRAY[offer.tenant_id], offer.account_id);
  SELECT * INTO offer FROM app.deletion d WHERE d.token_sha256 = app.ctx_token() FOR UPDATE;
  -- Gone with a move, or renewed, while this waited.
  IF offer.id IS NULL THEN
    RETURN;
  END IF;
  state := app.deletion_state(offer);
  municipality := offer.tenant_id;
  account := offer.account_id;
  login := (SELECT a.login_norm FROM app.account a);
  account_too := false;
  IF state = 'open' THEN
    SET CONSTRAINTS ALL DEFERRED;
    subject := (SELECT a.public_id FROM app.account a);
    documents := app.documents_of(offer.account_id);
    account_too := app.erase_teacher(offer.tenant_id, offer.account_id);
    PERFORM app.tell_destroyed('request', CASE WHEN account_too THEN 'account' ELSE 'registration' END,
      offer.tenant_id, subject, '', documents);
    SET CONSTRAINTS ALL IMMEDIATE;
  END IF;
  RETURN NEXT;
END $$;

-- Erases the account in the context with all its municipalities hold of it, if nothing hinders: what does.
-- Applications that are kept until their term is over hinder nothing else from being erased: then it is
-- withdrawn (0031). A cabinet that is being opened by it meanwhile refuses by its foreign key.
CREATE FUNCTION app.erase_own() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  own CONSTANT bigint := app.ctx_account();
  places CONSTANT int[] := app.taught_in(own);
  hinders text;
  subject uuid;
  documents int;
BEGIN
  PERFORM set_config('app.moving', places::text, true);
  PERFORM set_config('app.leaving', ARRAY[own]::text, true);
  PERFORM app.lock_teacher(places, own);
  -- Of two presses one does it.
  PERFORM 1 FROM app.account a WHERE a.id = own AND a.withdrawn_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'none';
  END IF;
  hinders := app.hindrance();
  -- Moved on meanwhile: it is asked again.
  IF own IS NULL OR hinders NOT IN ('none', 'submitted') OR places <> app.taught_in(own) THEN
    RETURN hinders;
  END IF;
  SET CONSTRAINTS ALL DEFERRED;
  subject := (SELECT a.public_id FROM app.account a);
  IF hinders = 'none' THEN
    documents := app.documents_of(own);
    PERFORM app.erase_everywhere(own, places);
    PERFORM app.tell_destroyed('request', 'account', NULL, subject, '', documents);
  ELSE
    documents := app.withdraw_account(own, places);
    PERFORM app.tell_destroyed('request', 'belongings', NULL, subject, '', documents);
  END IF;
  SET CONSTRAINTS ALL IMMEDIATE;
  RETURN CASE hinders WHEN 'none' THEN 'erased' ELSE 'withdrawn' END;
END $$;
REVOKE ALL ON FUNCTION app.deletion_in_hand(), app.delete_registration(), app.erase_own() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.deletion_in_hand(), app.delete_registration(), app.erase_own() TO attest_auth;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer, attest_mover;

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
CREATE POLICY mover_change ON app.municipality FOR UPDATE TO attest_mover
  USING (id = ANY ((SELECT app.ctx_moving())::int[]));
GRANT SELECT, UPDATE (status, merged_into, version) ON app.municipality TO attest_mover;
-- A merge is nobody's act but the host's; moves by people are audited by their verbs.
CREATE POLICY mover_add ON app.audit_event FOR INSERT TO attest_mover WITH CHECK (account_id IS NULL);
GRANT INSERT (tenant_id, role, act, object_id) ON app.audit_event TO attest_mover;

GRANT CREATE ON SCHEMA app TO attest_mover;
SET LOCAL ROLE attest_mover;

-- Inner functions: they act as whoever calls, and nobody but the mover may.

-- What is not final (R-APP-8): it moves, the rest stays.
CREATE FUNCTION app.live() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT ARRAY['draft', 'formed', 'under_review', 'registered'] $$;
-- The coordinator of the municipality in the context, by its row.
CREATE FUNCTION app.is_coordinator() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(app.acting_role(session_user) = 'municipal', false) AND EXISTS (SELECT 1 FROM app.membership m
    WHERE m.tenant_id = app.ctx_tenant() AND m.id = app.ctx_membership() AND m.account_id = app.ctx_account()
      AND m.role = 'municipal' AND m.ended_at IS NULL) $$;
CREATE FUNCTION app.is_active(p_tenant int) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT EXISTS (SELECT 1 FROM app.municipality m WHERE m.id = p_tenant AND m.status = 'active') $$;
CREATE FUNCTION app.has_organisation(p_tenant int, p_organisation bigint) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT EXISTS (SELECT 1 FROM app.organisation o
    WHERE o.tenant_id = p_tenant AND o.id = p_organisation AND o.ended_at IS NULL) $$;

-- What is final keeps, where it is, an ended copy of its membership and its card. Nothing is final
-- that was not submitted, and the one who goes has done that.
CREATE FUNCTION app.leave_final(p_tenant int, p_memberships bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  m app.membership;
  c app.card;
  kept_membership bigint;
  kept_card bigint;
BEGIN
  FOR m IN SELECT x.* FROM app.membership x WHERE x.tenant_id = p_tenant AND x.id = ANY (p_memberships)
      AND EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = x.tenant_id AND a.membership_id = x.id
                  AND a.status <> ALL (app.live())) LOOP
    INSERT INTO app.membership (tenant_id, public_id, account_id, role, organisation_id, surname, name, patronymic,
        phone, position, created_at, ended_at)
      VALUES (p_tenant, gen_random_uuid(), m.account_id, m.role, m.organisation_id, m.surname, m.name, m.patronymic,
        m.phone, m.position, m.created_at, app.ctx_now())
      RETURNING id INTO kept_membership;
    UPDATE app.membership x SET submitted_before = true WHERE x.tenant_id = p_tenant AND x.id = m.id;
    FOR c IN SELECT x.* FROM app.card x WHERE x.tenant_id = p_tenant AND x.id IN (
        SELECT a.card_id FROM app.application a WHERE a.tenant_id = p_tenant AND a.membership_id = m.id
          AND a.status <> ALL (app.live())) LOOP
      -- Nobody reads it any more: what was submitted is in the application's snapshot.
      INSERT INTO app.card (tenant_id, public_id, membership_id, account_id, organisation_id, position, created_at,
          goes_on_as)
        VALUES (p_tenant, gen_random_uuid(), kept_membership, c.account_id, c.organisation_id, c.position, c.created_at,
          c.public_id)
        RETURNING id INTO kept_card;
      UPDATE app.application a SET card_id = kept_card, membership_id = kept_membership
        WHERE a.tenant_id = p_tenant AND a.card_id = c.id AND a.status <> ALL (app.live());
    END LOOP;
  END LOOP;
END $$;

-- An organisation that left stays as an ended copy, if anything still names it.
CREATE FUNCTION app.leave_organisation(p_tenant int, p_to int, p_organisation bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  kept bigint;
  t text;
  named boolean := false;
  tables CONSTANT text[] := ARRAY(SELECT c.relname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id'
    WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND c.relname <> 'transfer'
      AND EXISTS (SELECT 1 FROM pg_attribute x WHERE x.attrelid = c.oid AND x.attname = 'tenant_id'));
BEGIN
  FOREACH t IN ARRAY tables LOOP
    EXIT WHEN named;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM app.%I WHERE tenant_id = $1 AND organisation_id = $2)', t)
      INTO named USING p_tenant, p_organisation;
  END LOOP;
  IF NOT named THEN
    RETURN;
  END IF;
  INSERT INTO app.organisation (tenant_id, public_id, type, founder_kind, name, ended_at)
    SELECT p_tenant, gen_random_uuid(), o.type, o.founder_kind, o.name, app.ctx_now()
    FROM app.organisation o WHERE o.tenant_id = p_to AND o.id = p_organisation
    RETURNING id INTO kept;
  FOREACH t IN ARRAY tables LOOP
    EXECUTE format('UPDATE app.%I SET organisation_id = $3 WHERE tenant_id = $1 AND organisation_id = $2', t)
      USING p_tenant, p_organisation, kept;
  END LOOP;
END $$;

-- All that hangs on these applications follows them, but the journal's lines. The parents have
-- moved before: whoever was adding a child held its parent, so it is seen here.
CREATE FUNCTION app.follow_cases(p_from int, p_to int, p_applications bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'application_id'
           WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND c.relname <> 'registration' LOOP
    EXECUTE format('UPDATE app.%I SET tenant_id = $2 WHERE tenant_id = $1 AND application_id = ANY ($3)', t)
      USING p_from, p_to, p_applications;
  END LOOP;
END $$;

-- People of a municipality move to another one, to work in `p_organisation`, with their cards and
-- what they have not submitted. Foreign keys are deferred by the caller.
CREATE FUNCTION app.move_people(p_from int, p_to int, p_memberships bigint[], p_organisation bigint, p_act text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  one uuid;
  moved bigint[];
BEGIN
  -- The lock every verb on a case takes: what is being submitted is submitted first, or never.
  FOR one IN SELECT a.public_id FROM app.application a WHERE a.tenant_id = p_from
      AND a.membership_id = ANY (p_memberships) AND a.status = ANY (app.live()) ORDER BY a.id LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended(one::text, 0));
  END LOOP;
  IF EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = p_from AND a.membership_id = ANY (p_memberships)
             AND a.status IN ('under_review', 'registered')) THEN
    RAISE EXCEPTION 'an application is under review or registered'
      USING ERRCODE = '23514', CONSTRAINT = 'move_while_submitted';
  END IF;
  PERFORM app.leave_final(p_from, p_memberships);
  UPDATE app.membership m SET tenant_id = p_to, organisation_id = p_organisation, version = m.version + 1
    WHERE m.tenant_id = p_from AND m.id = ANY (p_memberships);
  UPDATE app.card c SET tenant_id = p_to, organisation_id = p_organisation, version = c.version + 1
    WHERE c.tenant_id = p_from AND c.membership_id = ANY (p_memberships);
  INSERT INTO app.application_event (tenant_id, application_id, account_id, role, act, words)
    SELECT p_from, a.id, app.ctx_account(), app.acting_role(session_user), p_act,
      'Педагог переведён в другой муниципалитет: заявление нужно сформировать заново'
    FROM app.application a WHERE a.tenant_id = p_from AND a.membership_id = ANY (p_memberships) AND a.status = 'formed';
  IF p_organisation IS NULL AND EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = p_from
      AND a.membership_id = ANY (p_memberships) AND a.status = ANY (app.live())) THEN
    RAISE EXCEPTION 'an application needs an organisation'
      USING ERRCODE = '23514', CONSTRAINT = 'move_without_organisation';
  END IF;
  WITH gone AS (UPDATE app.application a SET tenant_id = p_to, organisation_id = p_organisation, previous_id = NULL,
      status = 'draft', version = a.version + 1
    WHERE a.tenant_id = p_from AND a.membership_id = ANY (p_memberships) AND a.status = ANY (app.live())
    RETURNING a.id)
  SELECT array_agg(id) INTO moved FROM gone;
  PERFORM app.follow_cases(p_from, p_to, moved);
  UPDATE app.organisation_request r SET tenant_id = p_to, organisation_id = NULL, version = r.version + 1,
      state = CASE r.state WHEN 'open' THEN 'cancelled' ELSE r.state END
    WHERE r.tenant_id = p_from AND r.membership_id = ANY (p_memberships);
  UPDATE app.transfer t SET state = 'cancelled', closed_at = app.ctx_now(), version = t.version + 1
    WHERE t.tenant_id = p_from AND t.kind = 'teacher' AND t.subject_id = ANY (p_memberships) AND t.state = 'asked';
  -- What was offered to be deleted is not there any more; where it came to it is offered anew.
  DELETE FROM app.deletion d WHERE d.tenant_id = p_from AND d.membership_id = ANY (p_memberships);
END $$;

-- An organisation with its teachers and school coordinators. Experts who work there stay where
-- they are, without a place of work; posts of other organisations' teachers return to theirs.
CREATE FUNCTION app.move_organisation(p_from int, p_to int, p_organisation bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  invited bigint[];
BEGIN
  IF EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = p_from AND a.organisation_id = p_organisation
             AND a.status IN ('under_review', 'registered')) THEN
    RAISE EXCEPTION 'an application is under review or registered'
      USING ERRCODE = '23514', CONSTRAINT = 'move_while_submitted';
  END IF;
  UPDATE app.organisation o SET tenant_id = p_to, version = o.version + 1
    WHERE o.tenant_id = p_from AND o.id = p_organisation;
  PERFORM app.move_people(p_from, p_to, ARRAY(SELECT m.id FROM app.membership m WHERE m.tenant_id = p_from
    AND m.organisation_id = p_organisation AND m.role IN ('teacher', 'school') AND m.ended_at IS NULL),
    p_organisation, 'transfer.agree');
  UPDATE app.membership m SET organisation_id = NULL, version = m.version + 1
    WHERE m.tenant_id = p_from AND m.organisation_id = p_organisation AND m.role = 'expert' AND m.ended_at IS NULL;
  UPDATE app.card c SET organisation_id = m.organisation_id, version = c.version + 1 FROM app.membership m
    WHERE c.tenant_id = p_from AND c.organisation_id = p_organisation AND m.tenant_id = c.tenant_id
      AND m.id = c.membership_id AND m.ended_at IS NULL;
  UPDATE app.application a SET organisation_id = m.organisation_id, status = 'draft', version = a.version + 1
    FROM app.membership m WHERE a.tenant_id = p_from AND a.organisation_id = p_organisation
      AND a.status IN ('draft', 'formed') AND m.tenant_id = a.tenant_id AND m.id = a.membership_id
      AND m.organisation_id IS NOT NULL AND m.ended_at IS NULL;
  WITH gone AS (UPDATE app.invitation i SET tenant_id = p_to, version = i.version + 1
    WHERE i.tenant_id = p_from AND i.organisation_id = p_organisation RETURNING i.id)
  SELECT array_agg(id) INTO invited FROM gone;
  UPDATE app.letter l SET tenant_id = p_to WHERE l.tenant_id = p_from AND l.invitation_id = ANY (invited);
  PERFORM app.leave_organisation(p_from, p_to, p_organisation);
END $$;
REVOKE ALL ON FUNCTION app.live(), app.is_coordinator(), app.is_active(int), app.has_organisation(int, bigint),
  app.leave_final(int, bigint[]), app.leave_organisation(int, int, bigint), app.follow_cases(int, int, bigint[]),
  app.move_people(int, int, bigint[], bigint, text), app.move_organisation(int, int, bigint) FROM PUBLIC;

-- The doors. Each names the municipalities in hand first, and checks its case from the rows and
-- the context, whatever it is told. What is named outlives the call within the transaction and
-- opens nothing there: only the mover's policies read it.

-- R-ACC-7: until the first submission a teacher changes its municipality itself.
CREATE FUNCTION app.move_own(p_to int, p_organisation bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  here int := app.ctx_tenant();
  own bigint;
BEGIN
  PERFORM set_config('app.moving', ARRAY[here, p_to]::text, true);
  SELECT m.id INTO own FROM app.membership m WHERE m.tenant_id = here AND m.id = app.ctx_membership()
    AND m.account_id = app.ctx_account() AND m.role = 'teacher' AND m.ended_at IS NULL AND NOT m.submitted_before
    FOR UPDATE;
  IF own IS NULL OR app.acting_role(session_user) IS DISTINCT FROM 'teacher' OR p_to = here
     OR (p_organisation IS NOT NULL AND NOT app.has_organisation(p_to, p_organisation)) THEN
    RAISE EXCEPTION 'not to be moved by this caller' USING ERRCODE = '42501';
  END IF;
  -- What another tab or the institute did meanwhile is told by name.
  IF NOT app.is_active(p_to) THEN
    RAISE EXCEPTION 'not an active municipality' USING ERRCODE = '42501', CONSTRAINT = 'move_of_suspended';
  END IF;
  IF EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = here AND a.membership_id = own
             AND a.submitted_at IS NOT NULL) THEN
    RAISE EXCEPTION 'an application was submitted' USING ERRCODE = '42501', CONSTRAINT = 'move_while_submitted';
  END IF;
  SET CONSTRAINTS ALL DEFERRED;
  PERFORM app.move_people(here, p_to, ARRAY[own], p_organisation, 'card.write');
  SET CONSTRAINTS ALL IMMEDIATE;
END $$;

-- Asks for a transfer: a coordinator for a teacher or an organisation of its municipality, which
-- is its own agreement; a teacher for itself.
CREATE FUNCTION app.ask_transfer(p_public_id uuid, p_kind text, p_subject bigint, p_to int, p_reason text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  here int := app.ctx_tenant();
  by_coordinator boolean;
  asked bigint;
BEGIN
  PERFORM set_config('app.moving', ARRAY[here]::text, true);
  by_coordinator := app.is_coordinator();
  IF NOT app.is_active(here) OR NOT app.is_active(p_to) THEN
    RAISE EXCEPTION 'not an active municipality' USING ERRCODE = '42501', CONSTRAINT = 'move_of_suspended';
  END IF;
  INSERT INTO app.transfer (tenant_id, public_id, to_tenant_id, kind, subject_id, account_id, name, position,
      organisation, reason, asked_by, agreed_from_by, agreed_from_at)
    SELECT here, p_public_id, p_to, p_kind, p_subject, x.account_id, x.name, x.position, x.organisation, p_reason,
      app.ctx_account(), CASE WHEN by_coordinator THEN app.ctx_account() END,
      CASE WHEN by_coordinator THEN app.ctx_now() END
    FROM (SELECT m.account_id, concat_ws(' ', m.surname, m.name, nullif(m.patronymic, '')) AS name, m.position,
            coalesce(o.name, '') AS organisation
          FROM app.membership m LEFT JOIN app.organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
          WHERE p_kind = 'teacher' AND m.tenant_id = here AND m.id = p_subject AND m.role = 'teacher'
            AND m.ended_at IS NULL AND (by_coordinator OR (app.acting_role(session_user) = 'teacher'
              AND m.id = app.ctx_membership() AND m.account_id = app.ctx_account()))
          UNION ALL
          SELECT NULL, o.name, '', '' FROM app.organisation o
          WHERE p_kind = 'organisation' AND by_coordinator AND o.tenant_id = here AND o.id = p_subject
            AND o.ended_at IS NULL) x
    RETURNING id INTO asked;
  IF asked IS NULL THEN
    RAISE EXCEPTION 'nothing to transfer for this caller' USING ERRCODE = '42501';
  END IF;
  RETURN asked;
END $$;

-- The agreement of the coordinator's municipality; the second one moves, in this transaction.
-- Whether it moved; NULL if the request is not what was shown any more.
CREATE FUNCTION app.agree_transfer(p_tenant int, p_transfer bigint, p_version int, p_organisation bigint)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  here int := app.ctx_tenant();
  t app.transfer;
BEGIN
  PERFORM set_config('app.moving', ARRAY[p_tenant, here]::text, true);
  SELECT * INTO t FROM app.transfer x WHERE x.tenant_id = p_tenant AND x.id = p_transfer
    AND here IN (x.tenant_id, x.to_tenant_id) FOR UPDATE;
  -- Others' and none are told alike.
  IF t.id IS NULL OR NOT app.is_coordinator() THEN
    RAISE EXCEPTION 'not to be agreed to by this caller' USING ERRCODE = '42501';
  END IF;
  IF t.state <> 'asked' OR t.version IS DISTINCT FROM p_version THEN
    RETURN NULL;
  END IF;
  IF NOT app.is_active(t.tenant_id) OR NOT app.is_active(t.to_tenant_id) THEN
    RAISE EXCEPTION 'not an active municipality' USING ERRCODE = '23514', CONSTRAINT = 'move_of_suspended';
  END IF;
  IF here = t.to_tenant_id AND t.kind = 'teacher' AND NOT app.has_organisation(here, p_organisation) THEN
    RAISE EXCEPTION 'no such organisation' USING ERRCODE = '23514', CONSTRAINT = 'move_of_nothing';
  END IF;
  UPDATE app.transfer x SET version = x.version + 1,
      agreed_from_by = CASE WHEN here = x.tenant_id THEN coalesce(x.agreed_from_by, app.ctx_account()) ELSE x.agreed_from_by END,
      agreed_from_at = CASE WHEN here = x.tenant_id THEN coalesce(x.agreed_from_at, app.ctx_now()) ELSE x.agreed_from_at END,
      agreed_to_by = CASE WHEN here = x.to_tenant_id THEN app.ctx_account() ELSE x.agreed_to_by END,
      agreed_to_at = CASE WHEN here = x.to_tenant_id THEN app.ctx_now() ELSE x.agreed_to_at END,
      organisation_id = CASE WHEN here = x.to_tenant_id THEN p_organisation ELSE x.organisation_id END
    WHERE x.tenant_id = t.tenant_id AND x.id = t.id RETURNING * INTO t;
  IF t.agreed_from_by IS NULL OR t.agreed_to_by IS NULL THEN
    RETURN false;
  END IF;
  PERFORM set_config('app.moving', ARRAY[t.tenant_id, t.to_tenant_id]::text, true);
  UPDATE app.transfer x SET state = 'done', closed_at = app.ctx_now() WHERE x.tenant_id = t.tenant_id AND x.id = t.id;
  SET CONSTRAINTS ALL DEFERRED;
  IF t.kind = 'organisation' AND app.has_organisation(t.tenant_id, t.subject_id) THEN
    PERFORM app.move_organisation(t.tenant_id, t.to_tenant_id, t.subject_id);
  ELSIF t.kind = 'teacher' AND app.has_organisation(t.to_tenant_id, t.organisation_id)
      AND EXISTS (SELECT 1 FROM app.membership m WHERE m.tenant_id = t.tenant_id AND m.id = t.subject_id
                  AND m.role = 'teacher' AND m.ended_at IS NULL) THEN
    PERFORM app.move_people(t.tenant_id, t.to_tenant_id, ARRAY[t.subject_id], t.organisation_id, 'transfer.agree');
  ELSE
    RAISE EXCEPTION 'what was to move is gone' USING ERRCODE = '23514', CONSTRAINT = 'move_of_nothing';
  END IF;
  SET CONSTRAINTS ALL IMMEDIATE;
  RETURN true;
END $$;

-- Declined by either coordinator, or cancelled by the side that asked; false if the request is
-- not what was shown any more.
CREATE FUNCTION app.close_transfer(p_tenant int, p_transfer bigint, p_version int, p_state text, p_answer text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  here int := app.ctx_tenant();
  t app.transfer;
BEGIN
  PERFORM set_config('app.moving', ARRAY[p_tenant, here]::text, true);
  SELECT * INTO t FROM app.transfer x WHERE x.tenant_id = p_tenant AND x.id = p_transfer
    AND here IN (x.tenant_id, x.to_tenant_id) FOR UPDATE;
  -- Others' and none are told alike; a context that says nothing is nobody's.
  IF t.id IS NULL OR (CASE p_state
       WHEN 'declined' THEN app.is_coordinator() AND p_answer <> ''
       WHEN 'cancelled' THEN here = t.tenant_id AND (app.is_coordinator()
         OR (app.acting_role(session_user) = 'teacher' AND t.asked_by = app.ctx_account()
             AND t.subject_id = app.ctx_membership()))
       END) IS NOT TRUE THEN
    RAISE EXCEPTION 'not to be closed by this caller' USING ERRCODE = '42501';
  END IF;
  IF t.state <> 'asked' OR t.version IS DISTINCT FROM p_version THEN
    RETURN false;
  END IF;
  UPDATE app.transfer x SET state = p_state, answer = p_answer, closed_at = app.ctx_now(), version = x.version + 1
    WHERE x.tenant_id = t.tenant_id AND x.id = t.id;
  RETURN true;
END $$;

-- Letters of a transfer: to the coordinators of both and to the teacher, each in its own
-- municipality; who did it knows.
CREATE FUNCTION app.tell_transfer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  PERFORM set_config('app.moving', ARRAY[NEW.tenant_id, NEW.to_tenant_id]::text, true);
  INSERT INTO app.letter (tenant_id, public_id, account_id, kind)
    SELECT DISTINCT ON (x.account_id) x.tenant_id, gen_random_uuid(), x.account_id,
      CASE NEW.state WHEN 'asked' THEN 'transfer_asked' WHEN 'done' THEN 'transfer_done' ELSE 'transfer_declined' END
    FROM (SELECT m.tenant_id, m.account_id FROM app.membership m
          WHERE m.tenant_id IN (NEW.tenant_id, NEW.to_tenant_id) AND m.role = 'municipal' AND m.ended_at IS NULL
          UNION ALL
          -- The teacher stands where it stands now: this is told after the move.
          SELECT m.tenant_id, m.account_id FROM app.membership m
          WHERE m.tenant_id IN (NEW.tenant_id, NEW.to_tenant_id) AND m.ended_at IS NULL AND m.role = 'teacher'
            AND NEW.state <> 'asked' AND ((NEW.kind = 'teacher' AND m.id = NEW.subject_id)
              OR (NEW.kind = 'organisation' AND NEW.state = 'done' AND m.organisation_id = NEW.subject_id))) x
    WHERE x.account_id IS DISTINCT FROM app.ctx_account();
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.move_own(int, bigint), app.ask_transfer(uuid, text, bigint, int, text),
  app.agree_transfer(int, bigint, int, bigint), app.close_transfer(int, bigint, int, text, text),
  app.tell_transfer() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.move_own(int, bigint), app.ask_transfer(uuid, text, bigint, int, text),
  app.agree_transfer(int, bigint, int, bigint), app.close_transfer(int, bigint, int, text, text) TO attest_tenant;
-- The owner of the table makes the triggers.
GRANT EXECUTE ON FUNCTION app.tell_transfer() TO attest_owner;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_mover;
CREATE TRIGGER tell_asked AFTER INSERT ON app.transfer FOR EACH ROW EXECUTE FUNCTION app.tell_transfer();
-- Deferred to the end, so that a teacher is told where it has come to.
CREATE CONSTRAINT TRIGGER tell_closed AFTER UPDATE OF state ON app.transfer DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state IN ('done', 'declined')) EXECUTE FUNCTION app.tell_transfer();

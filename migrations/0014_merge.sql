-- The merge of two municipalities: everything live of the one moves into the other, whatever its
-- state; what is final and the journal stay (`ctl municipality merge`, the migrator only).
GRANT CREATE ON SCHEMA app TO attest_mover;
SET LOCAL ROLE attest_mover;
CREATE FUNCTION app.instead(p_id bigint, p_old bigint[], p_new bigint[]) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce((SELECT u.new FROM unnest(p_old, p_new) u(old, new) WHERE u.old = p_id), p_id) $$;
REVOKE ALL ON FUNCTION app.instead(bigint, bigint[], bigint[]) FROM PUBLIC;
-- By slugs. Organisations named alike become one if `p_same_names`; else they are returned and
-- nothing is done. A merge that was done returns NULL; a second one is refused.
CREATE FUNCTION app.merge_municipality(p_from_slug text, p_into_slug text, p_same_names boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  former CONSTANT int := (SELECT m.id FROM app.municipality m WHERE m.slug = p_from_slug);
  heir CONSTANT int := (SELECT m.id FROM app.municipality m WHERE m.slug = p_into_slug);
  pair CONSTANT text := ARRAY[former, heir]::text;
  everywhere CONSTANT text := (SELECT array_agg(m.id)::text FROM app.municipality m);
  alike text;
  goes bigint[];
  moved bigint[];
  one bigint;
  schools bigint[];
  -- Pairs of former and kept: organisations named alike, people with the same role in both.
  school_old bigint[]; school_new bigint[]; twin_old bigint[]; twin_new bigint[];
BEGIN
  PERFORM set_config('app.moving', pair, true);
  PERFORM 1 FROM app.municipality m WHERE m.id IN (former, heir) ORDER BY m.id FOR UPDATE;
  IF former = heir OR heir IS NULL OR NOT app.is_active(heir)
     OR NOT EXISTS (SELECT 1 FROM app.municipality m WHERE m.id = former AND m.status <> 'removed') THEN
    RAISE EXCEPTION 'these cannot be merged' USING ERRCODE = '23514', CONSTRAINT = 'merge_of_these';
  END IF;
  LOCK TABLE app.organisation, app.membership, app.application IN SHARE ROW EXCLUSIVE MODE;
  SELECT array_agg(f.id), array_agg(i.id), string_agg(f.name, '; ' ORDER BY f.name) INTO school_old, school_new, alike
    FROM app.organisation f JOIN app.organisation i ON i.name = f.name AND i.tenant_id = heir AND i.ended_at IS NULL
    WHERE f.tenant_id = former AND f.ended_at IS NULL;
  IF alike IS NOT NULL AND NOT p_same_names THEN
    RETURN alike;
  END IF;
  SET CONSTRAINTS ALL DEFERRED;

  goes := ARRAY(SELECT m.id FROM app.membership m WHERE m.tenant_id = former AND (m.ended_at IS NULL
    OR EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = former AND a.membership_id = m.id
               AND a.status = ANY (app.live()))));
  SELECT array_agg(f.id), array_agg(i.id) INTO twin_old, twin_new
    FROM app.membership f JOIN app.membership i ON i.tenant_id = heir AND i.account_id = f.account_id
      AND i.role = f.role AND i.ended_at IS NULL AND (f.role <> 'school'
        OR i.organisation_id = app.instead(f.organisation_id, school_old, school_new))
    WHERE f.tenant_id = former AND f.ended_at IS NULL;
  PERFORM app.leave_final(former, goes);

  -- Parents first. An organisation named alike, a person with a twin stay behind, ended.
  UPDATE app.organisation o SET ended_at = app.ctx_now(), version = o.version + 1
    WHERE o.tenant_id = former AND o.id = ANY (school_old);
  -- One that has ended goes if something that goes names it.
  WITH gone AS (UPDATE app.organisation o SET tenant_id = heir, version = o.version + 1
    WHERE o.tenant_id = former AND (school_old IS NULL OR o.id <> ALL (school_old)) AND (o.ended_at IS NULL OR o.id IN (
      SELECT m.organisation_id FROM app.membership m WHERE m.tenant_id = former AND m.id = ANY (goes)
      UNION SELECT c.organisation_id FROM app.card c WHERE c.tenant_id = former AND c.membership_id = ANY (goes)
      UNION SELECT a.organisation_id FROM app.application a WHERE a.tenant_id = former AND a.status = ANY (app.live())
      UNION SELECT r.organisation_id FROM app.organisation_request r
        WHERE r.tenant_id = former AND r.membership_id = ANY (goes)
      UNION SELECT i.organisation_id FROM app.invitation i WHERE i.tenant_id = former))
    RETURNING o.id)
  SELECT array_agg(id) INTO schools FROM gone;
  UPDATE app.membership m SET tenant_id = heir, version = m.version + 1,
      organisation_id = app.instead(m.organisation_id, school_old, school_new)
    WHERE m.tenant_id = former AND m.id = ANY (goes) AND (twin_old IS NULL OR m.id <> ALL (twin_old));
  UPDATE app.card c SET tenant_id = heir, version = c.version + 1,
      organisation_id = app.instead(c.organisation_id, school_old, school_new),
      membership_id = app.instead(c.membership_id, twin_old, twin_new)
    WHERE c.tenant_id = former AND c.membership_id = ANY (goes);
  WITH gone AS (UPDATE app.application a SET tenant_id = heir, previous_id = NULL, version = a.version + 1,
      organisation_id = app.instead(a.organisation_id, school_old, school_new),
      membership_id = app.instead(a.membership_id, twin_old, twin_new)
    WHERE a.tenant_id = former AND a.status = ANY (app.live()) RETURNING a.id)
  SELECT array_agg(id) INTO moved FROM gone;
  PERFORM app.follow_cases(former, heir, moved);
  PERFORM app.follow_publications(former, heir, moved);

  UPDATE app.organisation_request r SET state = 'cancelled', version = r.version + 1
    WHERE r.tenant_id = former AND r.membership_id = ANY (twin_old) AND r.state = 'open';
  UPDATE app.organisation_request r SET tenant_id = heir, version = r.version + 1,
      organisation_id = app.instead(r.organisation_id, school_old, school_new)
    WHERE r.tenant_id = former AND r.membership_id = ANY (goes) AND (twin_old IS NULL OR r.membership_id <> ALL (twin_old));
  UPDATE app.invitation i SET tenant_id = heir, version = i.version + 1,
      organisation_id = app.instead(i.organisation_id, school_old, school_new) WHERE i.tenant_id = former;
  -- Who was offered to delete its data may be offered it anew by the heir.
  DELETE FROM app.deletion d WHERE d.tenant_id = former AND d.membership_id = ANY (goes);
  UPDATE app.letter l SET tenant_id = heir WHERE l.tenant_id = former AND l.application_id IS NULL;
  -- A register of handing over goes whole, with the number and the name it was made under.
  UPDATE app.handover h SET tenant_id = heir WHERE h.tenant_id = former;
  UPDATE app.handover_row r SET tenant_id = heir WHERE r.tenant_id = former;
  -- An export is of this municipality and stays: its job too, or the worker would not find it.
  UPDATE app.job j SET tenant_id = heir
    WHERE j.tenant_id = former AND j.application_id IS NULL AND j.kind <> 'municipality_export';
  UPDATE app.job j SET membership_id = app.instead(j.membership_id, twin_old, twin_new)
    WHERE j.tenant_id = heir AND j.membership_id = ANY (twin_old);
  FOREACH one IN ARRAY coalesce(schools, '{}') LOOP
    PERFORM app.leave_organisation(former, heir, one);
  END LOOP;

  -- Its experts are assigned in other municipalities too, its people asked to go there or here.
  PERFORM set_config('app.moving', everywhere, true);
  UPDATE app.assignment x SET expert_tenant_id = heir,
      expert_membership_id = app.instead(x.expert_membership_id, twin_old, twin_new)
    WHERE x.expert_tenant_id = former AND x.expert_membership_id = ANY (goes);
  -- Twins end last: what still hung on them would be closed, or refuse the end.
  UPDATE app.membership m SET ended_at = app.ctx_now(), version = m.version + 1
    WHERE m.tenant_id = former AND m.id = ANY (twin_old);
  UPDATE app.membership m SET submitted_before = true WHERE m.tenant_id = heir AND m.id IN (
    SELECT app.instead(f.id, twin_old, twin_new) FROM app.membership f
    WHERE f.tenant_id = former AND f.id = ANY (twin_old) AND f.submitted_before);
  UPDATE app.transfer t SET state = 'cancelled', answer = 'Муниципалитеты объединены', closed_at = app.ctx_now(),
      version = t.version + 1
    WHERE t.state = 'asked' AND former IN (t.tenant_id, t.to_tenant_id);
  UPDATE app.municipality m SET status = CASE m.id WHEN former THEN 'removed' ELSE m.status END,
      merged_into = heir, version = m.version + 1
    WHERE m.id = former OR m.merged_into = former;
  INSERT INTO app.audit_event (tenant_id, act, object_id) VALUES (former, 'municipality.merge', heir);
  SET CONSTRAINTS ALL IMMEDIATE;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.merge_municipality(text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.merge_municipality(text, text, boolean) TO attest_migrator;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_mover;

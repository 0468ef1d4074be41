-- Reminders of terms (R-APP-7): who is to register gets one letter a day about the applications whose days
-- left have passed a threshold since it was told last. The letter has no numbers: they are counted when it is
-- sent, of what is under review then.

-- When the coordinators of a municipality, or the operators, were reminded; whom there was nothing to tell
-- has no row that day. Days and places, nobody's data: nothing of it leaves with anybody.
CREATE TABLE app.reminder (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- None: the operators.
  municipality_id int REFERENCES app.municipality,
  day date NOT NULL,
  -- The day they were reminded before; none: never.
  since date,
  -- Once a day, however many workers there are.
  CONSTRAINT reminder_day UNIQUE NULLS NOT DISTINCT (municipality_id, day),
  CHECK (since < day)
);
ALTER TABLE app.reminder ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY definer_read ON app.reminder FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_add ON app.reminder FOR INSERT TO attest_definer WITH CHECK (true);
GRANT SELECT (municipality_id, day, since), INSERT (municipality_id, day, since) ON app.reminder TO attest_definer;
ALTER POLICY definer_add ON app.letter WITH CHECK (kind IN ('unassigned', 'experts_assigned', 'term_ending'));

-- Who is to register what is submitted in a municipality, and, where none is named, on the operators' route.
-- Whose municipality is suspended has no cabinet to do it in.
CREATE FUNCTION app.registrars(p_municipality int) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
  SELECT m.account_id FROM app.membership m JOIN app.municipality t ON t.id = m.tenant_id
  WHERE m.tenant_id = p_municipality AND m.role = 'municipal' AND m.ended_at IS NULL AND t.status = 'active'
  UNION
  SELECT i.account_id FROM app.institute_member i
  WHERE p_municipality IS NULL AND i.role = 'operator' AND i.ended_at IS NULL $$;
-- The terms of what these are to register whose days left passed a threshold after p_since, up to p_day.
CREATE FUNCTION app.ending_terms(p_municipality int, p_since date, p_day date, p_thresholds bigint[])
RETURNS TABLE (procedure text, due_on date) LANGUAGE sql STABLE AS $$
  SELECT x.procedure, x.due_on FROM (
    SELECT a.procedure, a.due_on FROM app.application a
    WHERE a.tenant_id = p_municipality AND a.status = 'under_review' AND a.route = 'municipal'
    UNION ALL
    SELECT a.procedure, a.due_on FROM app.application a
    WHERE p_municipality IS NULL AND a.status = 'under_review' AND a.route = 'operator'
      AND a.submitted_at IS NOT NULL) x
  WHERE int8range(x.due_on - p_day, x.due_on - p_since) @> ANY (p_thresholds) $$;

GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
-- Queues the reminders of today that are not queued yet; to how many municipalities, the operators counted as
-- one. A day nobody was there to be told or no worker ran is made up for on the next one.
CREATE FUNCTION app.remind(p_thresholds bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  today CONSTANT date := app.region_today();
  places bigint;
BEGIN
  IF session_user <> 'attest_worker' OR app.ctx_role() IS DISTINCT FROM 'worker' OR app.ctx_tenant() IS NOT NULL THEN
    RAISE EXCEPTION 'only the worker reminds' USING ERRCODE = '42501';
  END IF;
  -- Of two workers the second finds nothing left; without the lock each could wait for the other's rows.
  PERFORM pg_advisory_xact_lock(hashtextextended('reminders', 0));
  WITH told AS (
    INSERT INTO app.reminder (municipality_id, day, since)
    SELECT p.id, today, p.since
    FROM (
      SELECT m.id, (SELECT max(r.day) FROM app.reminder r WHERE r.municipality_id = m.id AND r.day < today) AS since
      FROM app.municipality m WHERE m.status = 'active'
      UNION ALL
      SELECT NULL, (SELECT max(r.day) FROM app.reminder r WHERE r.municipality_id IS NULL AND r.day < today)) p
    WHERE EXISTS (SELECT FROM app.registrars(p.id))
      AND EXISTS (SELECT FROM app.ending_terms(p.id, p.since, today, p_thresholds))
    ON CONFLICT DO NOTHING
    RETURNING municipality_id
  ), coordinators AS (
    INSERT INTO app.letter (tenant_id, public_id, account_id, kind)
    SELECT t.municipality_id, gen_random_uuid(), a, 'term_ending'
    FROM told t, app.registrars(t.municipality_id) a WHERE t.municipality_id IS NOT NULL
  ), operators AS (
    INSERT INTO app.account_letter (public_id, account_id, kind)
    SELECT gen_random_uuid(), a, 'term_ending'
    FROM told t, app.registrars(NULL) a WHERE t.municipality_id IS NULL
  )
  SELECT count(*) INTO places FROM told;
  RETURN places;
END $$;
-- What the reminder of a day to an account tells, in the municipality entered or, in none, to an operator:
-- of the terms it is about those that are still under review.
CREATE FUNCTION app.reminded_terms(p_account bigint, p_day date, p_thresholds bigint[])
RETURNS TABLE (procedure text, due_on date, applications bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT e.procedure, e.due_on, count(*)
  FROM app.reminder r, LATERAL app.ending_terms(app.ctx_tenant(), r.since, r.day, p_thresholds) e
  WHERE (r.municipality_id = app.ctx_tenant() OR app.ctx_tenant() IS NULL AND r.municipality_id IS NULL)
    AND r.day = p_day AND app.ctx_role() = 'worker' AND p_account IN (SELECT app.registrars(app.ctx_tenant()))
  GROUP BY e.procedure, e.due_on
  ORDER BY e.procedure, e.due_on $$;
REVOKE ALL ON FUNCTION app.remind(bigint[]), app.reminded_terms(bigint, date, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.remind(bigint[]), app.reminded_terms(bigint, date, bigint[]) TO attest_worker;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

-- Schedules as versions (R-PER-1, R-SCH-5): what is published for everyone, the versions of the
-- regional schedule, the signed schedules of municipalities, and what the database refuses of a
-- closed period.

-- A rendered copy for the open pages, without any link to a person: of a schedule one for each
-- period and municipality, of results one for each order besides. What is decided by the
-- simplified procedure has no period.
CREATE TABLE app.publication (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('schedule', 'results')),
  period_id int REFERENCES app.period,
  municipality_id int NOT NULL REFERENCES app.municipality,
  order_id bigint REFERENCES app.order,
  -- The order it follows from, in words of its own: nobody here reads orders.
  order_no text NOT NULL DEFAULT '',
  order_date date,
  rows jsonb NOT NULL CHECK (jsonb_typeof(rows) = 'array'),
  -- The digest of each row's whole content by its number, as it is now and as the last version of
  -- the regional schedule told of it.
  lines jsonb NOT NULL DEFAULT '{}',
  told jsonb NOT NULL DEFAULT '{}',
  sha256 bytea NOT NULL,
  version int NOT NULL DEFAULT 1,
  published_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  UNIQUE NULLS NOT DISTINCT (kind, period_id, municipality_id, order_id),
  CHECK ((kind = 'results') = (order_id IS NOT NULL)),
  CHECK (kind = 'results' OR period_id IS NOT NULL)
);
-- The open pages: latest first, of one municipality or of all.
CREATE INDEX publication_list ON app.publication (kind, id);
CREATE INDEX publication_municipality ON app.publication (kind, municipality_id, id);
CREATE INDEX publication_period ON app.publication (kind, period_id, id);
ALTER TABLE app.publication ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY readable ON app.publication FOR SELECT TO attest_public USING (rows <> '[]');
CREATE POLICY operator_read ON app.publication FOR SELECT TO attest_operator USING (true);
CREATE POLICY operator_add ON app.publication FOR INSERT TO attest_operator
  WITH CHECK (municipality_id = (SELECT app.ctx_tenant()));
CREATE POLICY operator_change ON app.publication FOR UPDATE TO attest_operator
  USING (municipality_id = (SELECT app.ctx_tenant()));
GRANT SELECT (id, kind, period_id, municipality_id, order_no, order_date, rows, published_at)
  ON app.publication TO attest_public;
GRANT SELECT ON app.publication TO attest_operator;
GRANT INSERT (kind, period_id, municipality_id, order_id, order_no, order_date, rows, lines, sha256)
  ON app.publication TO attest_operator;
GRANT UPDATE (order_no, order_date, rows, lines, sha256, version, published_at) ON app.publication TO attest_operator;
-- A version is told of all municipalities at once (app.tell_schedule).
CREATE POLICY definer_read ON app.publication FOR SELECT TO attest_definer USING (kind = 'schedule');
CREATE POLICY definer_tell ON app.publication FOR UPDATE TO attest_definer USING (kind = 'schedule');
GRANT SELECT (kind, period_id, lines, told), UPDATE (told) ON app.publication TO attest_definer;
-- It names experts: it leaves with its municipality. One merged into another keeps its results, and
-- of its schedule what is decided: the rest went with its rows (app.follow_publications).
CREATE POLICY mover_all ON app.publication FOR ALL TO attest_mover
  USING (municipality_id = ANY ((SELECT app.ctx_moving())::int[]));
GRANT SELECT, DELETE, INSERT (kind, period_id, municipality_id, order_no, order_date, rows, lines, sha256),
  UPDATE (rows, lines, sha256, version, published_at) ON app.publication TO attest_mover;
CREATE FUNCTION app.unpublish() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.merged_into IS DISTINCT FROM OLD.merged_into THEN
    RETURN NULL;
  END IF;
  DELETE FROM app.publication p
    WHERE p.municipality_id = NEW.id AND (NEW.merged_into IS NULL OR p.kind = 'schedule');
  RETURN NULL;
END $$;
CREATE TRIGGER unpublish AFTER UPDATE OF status ON app.municipality FOR EACH ROW
  WHEN (NEW.status = 'removed') EXECUTE FUNCTION app.unpublish();

GRANT CREATE ON SCHEMA app TO attest_mover;
SET LOCAL ROLE attest_mover;
-- The digest of a part, as app::publications::schedule takes it: over its lines in the order of bytes.
CREATE FUNCTION app.digest_of(p_lines jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256(convert_to(coalesce(string_agg(l.key || ' ' || l.value || E'\n', '' ORDER BY l.key COLLATE "C"), ''), 'UTF8'))
  FROM jsonb_each_text(p_lines) l $$;
-- What is published of the rows that go with a merge goes into the heir's part; the next version of
-- the period tells of both.
CREATE FUNCTION app.follow_publications(p_former int, p_heir int, p_applications bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  p app.publication;
  going CONSTANT text[] := ARRAY(SELECT a.registered_number || '/' || to_char(a.registered_on, 'YYYY')
    FROM app.application a WHERE a.tenant_id = p_heir AND a.id = ANY (p_applications) AND a.registered_on IS NOT NULL);
  gone_rows jsonb; kept_rows jsonb; gone_lines jsonb; kept_lines jsonb;
BEGIN
  FOR p IN SELECT x.* FROM app.publication x
      WHERE x.kind = 'schedule' AND x.municipality_id = p_former AND x.lines ?| going LOOP
    SELECT coalesce(jsonb_agg(r.value ORDER BY r.place) FILTER (WHERE r.goes), '[]'),
        coalesce(jsonb_agg(r.value ORDER BY r.place) FILTER (WHERE NOT r.goes), '[]')
      INTO gone_rows, kept_rows
      FROM (SELECT e.value, e.place, (e.value ->> 'number') || '/' || left(e.value ->> 'on', 4) = ANY (going) AS goes
            FROM jsonb_array_elements(p.rows) WITH ORDINALITY e(value, place)) r;
    SELECT coalesce(jsonb_object_agg(l.key, l.value) FILTER (WHERE l.key = ANY (going)), '{}'),
        coalesce(jsonb_object_agg(l.key, l.value) FILTER (WHERE l.key <> ALL (going)), '{}')
      INTO gone_lines, kept_lines FROM jsonb_each(p.lines) l;
    UPDATE app.publication x SET rows = kept_rows, lines = kept_lines, sha256 = app.digest_of(kept_lines),
        version = x.version + 1, published_at = app.ctx_now()
      WHERE x.id = p.id;
    INSERT INTO app.publication AS h (kind, period_id, municipality_id, order_no, order_date, rows, lines, sha256)
      VALUES ('schedule', p.period_id, p_heir, p.order_no, p.order_date, gone_rows, gone_lines, app.digest_of(gone_lines))
      ON CONFLICT (kind, period_id, municipality_id, order_id) DO UPDATE
      SET rows = (SELECT jsonb_agg(r ORDER BY r ->> 'on', (r ->> 'number')::int)
                  FROM jsonb_array_elements(h.rows || EXCLUDED.rows) r),
        lines = h.lines || EXCLUDED.lines, sha256 = app.digest_of(h.lines || EXCLUDED.lines),
        version = h.version + 1, published_at = app.ctx_now();
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION app.follow_publications(int, int, bigint[]), app.digest_of(jsonb) FROM PUBLIC;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_mover;

-- The versions of the regional schedule of a period: append-only, numbered from 1 without holes.
CREATE TABLE app.schedule_version (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  period_id int NOT NULL REFERENCES app.period,
  number int NOT NULL CHECK (number > 0),
  -- Over the digests of the municipalities' parts, in their order.
  sha256 bytea NOT NULL,
  -- In words, without names of persons.
  difference text NOT NULL,
  lines int NOT NULL,
  order_no text NOT NULL DEFAULT '',
  order_date date,
  by_account bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT app.ctx_now(),
  UNIQUE (period_id, number)
);
ALTER TABLE app.schedule_version ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY operator_read ON app.schedule_version FOR SELECT TO attest_operator USING (true);
CREATE POLICY operator_add ON app.schedule_version FOR INSERT TO attest_operator
  WITH CHECK (by_account = (SELECT app.ctx_account()));
GRANT SELECT ON app.schedule_version TO attest_operator;
GRANT INSERT (period_id, number, sha256, difference, lines, order_no, order_date, by_account)
  ON app.schedule_version TO attest_operator;
CREATE FUNCTION app.next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> 1 + coalesce((SELECT max(v.number) FROM app.schedule_version v
                                 WHERE v.period_id = NEW.period_id), 0) THEN
    RAISE EXCEPTION 'versions have no holes' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER numbered BEFORE INSERT ON app.schedule_version FOR EACH ROW EXECUTE FUNCTION app.next_version();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON app.schedule_version FOR EACH ROW
  EXECUTE FUNCTION app.refuse_change();

-- The rows of a period over all municipalities, as approving walks them.
CREATE INDEX schedule_row_of_period ON app.schedule_row (period_id, mark, tenant_id, id);

-- A period goes on only, with the order that approved it.
CREATE FUNCTION app.guard_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'attest_operator' THEN
    RETURN NEW;
  END IF;
  -- Whoever puts a row into the period now is waited for; who comes later finds it closed.
  PERFORM pg_advisory_xact_lock(hashtextextended('period ' || NEW.id, 0));
  IF (OLD.state, NEW.state) NOT IN (('open', 'open'), ('open', 'approved'), ('approved', 'approved'),
      ('approved', 'completed'), ('completed', 'completed'))
     OR (NEW.state = 'approved' AND (NEW.order_no IS NULL OR NEW.order_date IS NULL)) THEN
    RAISE EXCEPTION 'a period goes on by its order' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE OF state ON app.period FOR EACH ROW EXECUTE FUNCTION app.guard_period();

-- R-PER-1: a period is completed by whatever takes the last row it waited for: a decision, an annulment,
-- a withdrawal, which a coordinator may accept. Nobody may do it otherwise.
CREATE POLICY definer_read ON app.period FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_complete ON app.period FOR UPDATE TO attest_definer
  USING (state = 'approved') WITH CHECK (state = 'completed');
GRANT SELECT (id, state, version), UPDATE (state, version) ON app.period TO attest_definer;
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE FUNCTION app.complete_periods() RETURNS SETOF int
LANGUAGE sql SECURITY DEFINER SET search_path = app, pg_temp AS $$
  UPDATE app.period p SET state = 'completed', version = p.version + 1
  WHERE p.state = 'approved' AND app.acting_role(session_user) IN ('municipal', 'operator')
    AND NOT EXISTS (SELECT 1 FROM app.schedule_row s
      JOIN app.application a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
      WHERE s.period_id = p.id AND a.submitted_at IS NOT NULL AND a.status = 'registered')
  RETURNING p.id $$;
REVOKE ALL ON FUNCTION app.complete_periods() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.complete_periods() TO attest_tenant, attest_operator;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

-- R-PER-1: an approved period is closed for new rows. A row is approved into a period that is, with
-- two experts or an accepted conclusion, not frozen, and never by its own applicant (R-ROUTE-6).
CREATE FUNCTION app.guard_schedule_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user NOT IN ('attest_tenant', 'attest_operator') OR NEW.period_id IS NULL THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' OR NEW.period_id IS DISTINCT FROM OLD.period_id THEN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('period ' || NEW.period_id, 0));
    IF NOT EXISTS (SELECT 1 FROM app.period p WHERE p.id = NEW.period_id AND p.state = 'open') THEN
      RAISE EXCEPTION 'the period is closed' USING ERRCODE = '23514', CONSTRAINT = 'schedule_row_open_period';
    END IF;
  END IF;
  IF NEW.mark = 'approved' AND (TG_OP = 'INSERT' OR OLD.mark <> 'approved' OR NEW.period_id <> OLD.period_id) AND NOT (
      EXISTS (SELECT 1 FROM app.period p WHERE p.id = NEW.period_id AND p.state = 'approved')
      AND EXISTS (SELECT 1 FROM app.application a WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id
        AND a.status = 'registered' AND a.account_id <> app.ctx_account())
      AND NOT EXISTS (SELECT 1 FROM app.withdrawal w WHERE w.tenant_id = NEW.tenant_id
        AND w.application_id = NEW.application_id AND w.state = 'under_review')
      AND ((SELECT count(*) FROM app.assignment x WHERE x.tenant_id = NEW.tenant_id
          AND x.application_id = NEW.application_id AND x.closed_at IS NULL) = 2
        OR EXISTS (SELECT 1 FROM app.conclusion c WHERE c.tenant_id = NEW.tenant_id
          AND c.application_id = NEW.application_id AND c.place = 'accepted'))) THEN
    RAISE EXCEPTION 'this row is not to be approved' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OF period_id, mark ON app.schedule_row
  FOR EACH ROW EXECUTE FUNCTION app.guard_schedule_row();

-- The municipality's schedule of a period: signed and attached by its coordinator, it is agreed;
-- any change of a row of it makes it preliminary again. The last scan stays to be read.
CREATE TABLE app.municipal_schedule (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  period_id int NOT NULL REFERENCES app.period,
  state text NOT NULL DEFAULT 'agreed' CHECK (state IN ('preliminary', 'agreed')),
  s3_key text NOT NULL,
  file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
  content_type text NOT NULL,
  size bigint NOT NULL CHECK (size > 0),
  sha256 bytea NOT NULL,
  -- As a file's; of the scan attached last.
  virus_state text NOT NULL DEFAULT 'quarantined' CHECK (virus_state IN ('quarantined', 'clean', 'refused')),
  virus_checked boolean NOT NULL DEFAULT false,
  virus_tries int NOT NULL DEFAULT 0,
  virus_after timestamptz NOT NULL DEFAULT now(),
  by_account bigint NOT NULL,
  signed_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, period_id)
);
CREATE INDEX municipal_schedule_period ON app.municipal_schedule (period_id, tenant_id);
CREATE INDEX municipal_schedule_quarantine ON app.municipal_schedule (virus_after, id) WHERE virus_state = 'quarantined';
CREATE TRIGGER quarantine BEFORE INSERT OR UPDATE OF s3_key ON app.municipal_schedule
  FOR EACH ROW EXECUTE FUNCTION app.quarantine();
CREATE TRIGGER wake AFTER INSERT OR UPDATE OF s3_key ON app.municipal_schedule
  FOR EACH ROW WHEN (NEW.virus_state = 'quarantined') EXECUTE FUNCTION app.wake_worker();
ALTER TABLE app.municipal_schedule ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_read ON app.municipal_schedule FOR SELECT TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY tenant_add ON app.municipal_schedule FOR INSERT TO attest_tenant
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND by_account = (SELECT app.ctx_account()));
CREATE POLICY tenant_change ON app.municipal_schedule FOR UPDATE TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY coordinator_only ON app.municipal_schedule AS RESTRICTIVE FOR ALL TO attest_tenant
  USING ((SELECT app.ctx_role() = 'municipal')) WITH CHECK ((SELECT app.ctx_role() = 'municipal'));
CREATE POLICY operator_read ON app.municipal_schedule FOR SELECT TO attest_operator USING (true);
CREATE POLICY worker_read ON app.municipal_schedule FOR SELECT TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()) OR (((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')) AND virus_state = 'quarantined'));
-- In its municipality the worker keeps what was read on the scan; across them it takes what waits.
CREATE POLICY worker_change ON app.municipal_schedule FOR UPDATE TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()) OR (((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')) AND virus_state = 'quarantined'))
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) OR (((SELECT app.ctx_tenant()) IS NULL AND (SELECT app.ctx_role() = 'worker')) AND virus_state = 'quarantined'));
CREATE POLICY mover_all ON app.municipal_schedule FOR ALL TO attest_mover
  USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]));
CREATE POLICY definer_read ON app.municipal_schedule FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_reset ON app.municipal_schedule FOR UPDATE TO attest_definer
  USING (true) WITH CHECK (state = 'preliminary');
GRANT SELECT ON app.municipal_schedule TO attest_tenant, attest_operator, attest_worker;
GRANT INSERT (tenant_id, public_id, period_id, s3_key, file_name, content_type, size, sha256, by_account)
  ON app.municipal_schedule TO attest_tenant;
GRANT UPDATE (state, s3_key, file_name, content_type, size, sha256, by_account, signed_at, version)
  ON app.municipal_schedule TO attest_tenant;
GRANT UPDATE (virus_state, virus_checked, virus_tries, virus_after) ON app.municipal_schedule TO attest_worker;
GRANT SELECT, UPDATE, DELETE ON app.municipal_schedule TO attest_mover;
GRANT SELECT (tenant_id, period_id, s3_key, version), UPDATE (state, version) ON app.municipal_schedule TO attest_definer;
-- Its scan leaves with its municipality, and is named by a row as a case's file is.
CREATE POLICY definer_consents ON app.consent FOR SELECT TO attest_definer
  USING (kind = 'publication' AND withdrawn_at IS NULL);
GRANT SELECT (account_id, kind, withdrawn_at) ON app.consent TO attest_definer;
GRANT SELECT (tenant_id, id, status) ON app.application TO attest_definer;
GRANT SELECT (period_id) ON app.schedule_row TO attest_definer;
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE OR REPLACE FUNCTION app.own_keys(p_tenant int) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT DISTINCT f.s3_key FROM app.file f WHERE f.tenant_id = p_tenant
    AND NOT EXISTS (SELECT 1 FROM app.file o WHERE o.s3_key = f.s3_key AND o.tenant_id <> p_tenant)
  UNION SELECT s.s3_key FROM app.municipal_schedule s WHERE s.tenant_id = p_tenant $$;
CREATE OR REPLACE FUNCTION app.named_keys(p_keys text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT f.s3_key FROM app.file f WHERE f.s3_key = ANY (p_keys)
  UNION SELECT s.s3_key FROM app.municipal_schedule s WHERE s.s3_key = ANY (p_keys) $$;
-- Which of these experts let their names be published (02 §2.2); nothing else of them.
CREATE FUNCTION app.may_publish(p_accounts bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT DISTINCT c.account_id FROM app.consent c
  WHERE c.account_id = ANY (p_accounts) AND c.kind = 'publication' AND c.withdrawn_at IS NULL
    AND app.acting_role(session_user) = 'operator' $$;
-- A version tells of all parts of its period at once: each counts as told of. Nothing else of another
-- municipality's part is the teller's to change.
CREATE FUNCTION app.tell_schedule(p_period int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = app, pg_temp AS $$
  UPDATE app.publication p SET told = p.lines
  WHERE p.kind = 'schedule' AND p.period_id = p_period AND p.lines <> p.told
    AND app.acting_role(session_user) = 'operator' $$;
-- A change of a row makes the municipality's schedule preliminary, whoever made it. Approving a row
-- changes nothing that was signed.
CREATE FUNCTION app.reset_municipal_schedule() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  UPDATE app.municipal_schedule m SET state = 'preliminary', version = m.version + 1
  WHERE (m.tenant_id = NEW.tenant_id AND m.period_id = NEW.period_id)
     OR (TG_OP = 'UPDATE' AND m.tenant_id = OLD.tenant_id AND m.period_id = OLD.period_id);
  RETURN NULL;
END $$;
-- Asked at the end of the transaction: what a decision closes is no change of the schedule.
CREATE FUNCTION app.reset_by_assignment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  UPDATE app.municipal_schedule m SET state = 'preliminary', version = m.version + 1
  FROM app.schedule_row s JOIN app.application a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
  WHERE s.tenant_id = NEW.tenant_id AND s.application_id = NEW.application_id AND a.status = 'registered'
    AND m.tenant_id = s.tenant_id AND m.period_id = s.period_id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.may_publish(bigint[]), app.tell_schedule(int), app.reset_municipal_schedule(),
  app.reset_by_assignment() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.may_publish(bigint[]), app.tell_schedule(int) TO attest_operator;
GRANT EXECUTE ON FUNCTION app.reset_municipal_schedule(), app.reset_by_assignment() TO attest_owner;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;
CREATE TRIGGER reset_added AFTER INSERT ON app.schedule_row FOR EACH ROW WHEN (NEW.period_id IS NOT NULL)
  EXECUTE FUNCTION app.reset_municipal_schedule();
CREATE TRIGGER reset_changed AFTER UPDATE OF tenant_id, period_id, mark ON app.schedule_row FOR EACH ROW
  WHEN (OLD.tenant_id <> NEW.tenant_id OR OLD.period_id IS DISTINCT FROM NEW.period_id
    OR (OLD.mark = 'approved' AND NEW.mark = 'preliminary'))
  EXECUTE FUNCTION app.reset_municipal_schedule();
CREATE CONSTRAINT TRIGGER reset_by_assignment AFTER INSERT OR UPDATE OF closed_at ON app.assignment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.reset_by_assignment();

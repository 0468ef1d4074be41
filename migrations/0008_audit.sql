-- The audit sealed (R-AUD-1, SEC-81): the order its rows are sealed in, the chain of seals,
-- the indexes of its page; and the check of the journal's chain for whoever may not read it.

-- Rows are sealed in the order of (xact, id): the transaction that wrote them, then the row.
-- An id alone would not do: it is taken before the commit, so a row may show after a greater
-- id was sealed already. A transaction id below pg_snapshot_xmin() is of a transaction that
-- has ended for every snapshot to come: the rows below it are a closed set. Each seal takes
-- what lies after the last one's end and below that horizon, so no row is left between two
-- seals and none is sealed twice. Nobody is granted the column: a writer cannot choose it.
ALTER TABLE app.audit_event
  ADD COLUMN xact bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX audit_event_sealing ON app.audit_event (xact, id);

-- The page walks one of these, newest first, whatever it is filtered by.
DROP INDEX app.audit_event_tenant;
CREATE INDEX audit_event_at ON app.audit_event (at, id);
CREATE INDEX audit_event_tenant ON app.audit_event (tenant_id, at, id);
CREATE INDEX audit_event_account ON app.audit_event (account_id, at, id);
CREATE INDEX audit_event_act ON app.audit_event (act, at, id);
CREATE INDEX audit_event_refused ON app.audit_event (at, id) WHERE outcome = 'refused';

-- One row a seal; the digests of its rows lie in the seal's object in S3, out of reach of
-- whoever changes this database. A seal that stands here stands there: the object is first.
CREATE TABLE app.audit_seal (
  number bigint PRIMARY KEY CHECK (number > 0),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- After which row it begins and with which it ends.
  after_xact bigint NOT NULL,
  after_id bigint NOT NULL,
  last_xact bigint NOT NULL,
  last_id bigint NOT NULL,
  rows int NOT NULL CHECK (rows > 0),
  -- When the newest of its rows was written: «запечатано до».
  through timestamptz NOT NULL,
  digest bytea NOT NULL CHECK (length(digest) = 32),
  -- Unique: a chain has no branches.
  previous bytea NOT NULL UNIQUE CHECK (length(previous) = 32),
  mac bytea NOT NULL CHECK (length(mac) = 32),
  CHECK ((last_xact, last_id) > (after_xact, after_id))
);
ALTER TABLE app.audit_seal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY readable ON app.audit_seal FOR SELECT TO attest_admin, attest_worker USING (true);
CREATE POLICY worker_add ON app.audit_seal FOR INSERT TO attest_worker WITH CHECK (true);
GRANT SELECT ON app.audit_seal TO attest_admin, attest_worker;
GRANT INSERT (number, after_xact, after_id, last_xact, last_id, rows, through, digest, previous, mac)
  ON app.audit_seal TO attest_worker;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON app.audit_seal
  FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.audit_seal
  FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();

GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
-- R-APP-5: the journal recomputed. How many lines there are, and the first that does not hold,
-- with why; nothing else of a line leaves, so the administrator needs no grant on the journal.
-- A line whose personal columns are blanked keeps its digest: it has nothing to compare.
CREATE FUNCTION app.check_journal() RETURNS TABLE (lines bigint, year int, line int, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  WITH checked AS (
    SELECT r.year, r.line, CASE
        WHEN r.line <> row_number() OVER y THEN 'hole'
        WHEN r.previous <> coalesce(lag(r.hash) OVER y, '') THEN 'chain'
        WHEN r.hash <> sha256(r.previous || convert_to(jsonb_build_array(r.year, r.line, r.kind, r.number, r.date,
            r.of_line, r.tenant_id, encode(r.digest, 'hex'))::text, 'UTF8')) THEN 'hash'
        WHEN (r.person, r.position, r.organisation) <> ('', '', '') AND r.digest <> sha256(convert_to(
            jsonb_build_array(r.salt, r.person, r.position, r.organisation)::text, 'UTF8')) THEN 'digest'
        WHEN r.kind = 'entry' AND r.number <> count(r.number) OVER y THEN 'number'
        WHEN r.date < lag(r.date) OVER y THEN 'date'
      END AS fault
    FROM app.registration r WINDOW y AS (PARTITION BY r.year ORDER BY r.line)
    UNION ALL
    -- The counter knows of lines cut off at the end, and of every year there is.
    SELECT c.year, c.lines, 'end' FROM app.journal_counter c
    WHERE c.lines > 0 AND NOT EXISTS (SELECT FROM app.registration r
      WHERE r.year = c.year AND r.line = c.lines AND r.hash = c.last_hash)
    UNION ALL
    SELECT r.year, max(r.line), 'end' FROM app.registration r
    WHERE NOT EXISTS (SELECT FROM app.journal_counter c WHERE c.year = r.year) GROUP BY r.year
  )
  SELECT (SELECT count(*) FROM app.registration), f.year, f.line, f.fault
  FROM (SELECT) one LEFT JOIN (SELECT c.year, c.line, c.fault FROM checked c WHERE c.fault IS NOT NULL
    ORDER BY c.year, c.line LIMIT 1) f ON true $$;
REVOKE ALL ON FUNCTION app.check_journal() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.check_journal() TO attest_admin;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

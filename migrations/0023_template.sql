-- Templates of papers an administrator put in place of those a release is built with. A version is
-- never changed: what was printed by it can be printed by it again.

CREATE TABLE app.template_version (
  id int GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind text NOT NULL,
  -- 0 is what the newest release is built with: the worker writes it down at its start.
  version int NOT NULL CHECK (version >= 0),
  source text NOT NULL CHECK (length(source) BETWEEN 1 AND 50000),
  -- To whom the paper is addressed, line by line; NULL: as the settings say.
  letterhead text CHECK (length(letterhead) <= 1000),
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
  by_account bigint,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  -- What printing a sample by it came to.
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'passed', 'refused')),
  -- What is wrong with a refused one: lines and words.
  faults jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (kind, version),
  CHECK ((version = 0) = (by_account IS NULL))
);
-- Which version was in force since when: the newest row of a kind counts.
CREATE TABLE app.template_use (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  version int NOT NULL,
  -- The row it follows, 0 for the first: of two that follow the same one the second is refused.
  after int NOT NULL,
  since timestamptz NOT NULL DEFAULT app.ctx_now(),
  by_account bigint NOT NULL,
  UNIQUE (kind, after),
  FOREIGN KEY (kind, version) REFERENCES app.template_version (kind, version)
);
CREATE INDEX template_use_kind ON app.template_use (kind, id DESC);

ALTER TABLE app.template_version ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE app.template_use ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY admin_read ON app.template_version FOR SELECT TO attest_admin USING (true);
CREATE POLICY admin_add ON app.template_version FOR INSERT TO attest_admin
  WITH CHECK (version > 0 AND by_account = (SELECT app.ctx_account()));
CREATE POLICY worker_read ON app.template_version FOR SELECT TO attest_worker USING (true);
CREATE POLICY worker_add ON app.template_version FOR INSERT TO attest_worker WITH CHECK (version = 0);
CREATE POLICY worker_change ON app.template_version FOR UPDATE TO attest_worker USING (true);
CREATE POLICY admin_read ON app.template_use FOR SELECT TO attest_admin USING (true);
-- Only what printed a sample comes into force, whoever asks.
CREATE POLICY admin_add ON app.template_use FOR INSERT TO attest_admin
  WITH CHECK (by_account = (SELECT app.ctx_account()) AND EXISTS (SELECT 1 FROM app.template_version v
    WHERE v.kind = template_use.kind AND v.version = template_use.version AND v.state = 'passed'));
CREATE POLICY worker_read ON app.template_use FOR SELECT TO attest_worker USING (true);
GRANT SELECT ON app.template_version, app.template_use TO attest_admin, attest_worker;
GRANT INSERT (kind, version, source, letterhead, note, by_account) ON app.template_version TO attest_admin;
GRANT INSERT (kind, version, after, by_account) ON app.template_use TO attest_admin;
GRANT INSERT (kind, version, source, state), UPDATE (source, created_at, state, faults)
  ON app.template_version TO attest_worker;

-- A person's version stays as it was typed.
CREATE TRIGGER keep_source BEFORE UPDATE OF source, created_at ON app.template_version
  FOR EACH ROW WHEN (OLD.version > 0) EXECUTE FUNCTION app.refuse_change();

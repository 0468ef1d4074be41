-- What administrators keep of the region: who is invited into the institute, and what they changed in
-- the settings and in the reference data, which no later release takes back.

-- R-ACC-3, R-ACC-4 as in app.invitation, but into no municipality.
CREATE TABLE app.institute_invitation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  email text NOT NULL CHECK (length(email) <= 254),
  role text NOT NULL CHECK (role IN ('operator', 'admin')),
  nonce uuid NOT NULL,
  token_sha256 bytea NOT NULL UNIQUE,
  state text NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'accepted', 'revoked', 'undelivered')),
  -- By number alone, as in the audit: members of the institute are never erased with a municipality.
  invited_by bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  accepted_by bigint,
  accepted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  version int NOT NULL DEFAULT 1
);
ALTER TABLE app.institute_invitation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY admin_read ON app.institute_invitation FOR SELECT TO attest_admin USING (true);
CREATE POLICY admin_add ON app.institute_invitation FOR INSERT TO attest_admin
  WITH CHECK (invited_by = (SELECT app.ctx_account()));
CREATE POLICY admin_change ON app.institute_invitation FOR UPDATE TO attest_admin USING (true);
CREATE POLICY auth_read ON app.institute_invitation FOR SELECT TO attest_auth
  USING (token_sha256 = (SELECT app.ctx_token()));
CREATE POLICY auth_accept ON app.institute_invitation FOR UPDATE TO attest_auth
  USING (token_sha256 = (SELECT app.ctx_token()) AND state IN ('sent', 'undelivered')
    AND expires_at > (SELECT app.ctx_now()))
  WITH CHECK (token_sha256 = (SELECT app.ctx_token()));
CREATE POLICY worker_read ON app.institute_invitation FOR SELECT TO attest_worker USING (true);
CREATE POLICY worker_change ON app.institute_invitation FOR UPDATE TO attest_worker USING (true);
GRANT SELECT ON app.institute_invitation TO attest_admin, attest_auth, attest_worker;
GRANT INSERT (public_id, email, role, nonce, token_sha256, invited_by, expires_at),
  UPDATE (nonce, token_sha256, state, expires_at, version) ON app.institute_invitation TO attest_admin;
GRANT UPDATE (state, accepted_by, accepted_at, version) ON app.institute_invitation TO attest_auth;
GRANT UPDATE (state, version) ON app.institute_invitation TO attest_worker;

-- Its letter: to an address, before there is an account.
ALTER TABLE app.account_letter ALTER COLUMN account_id DROP NOT NULL,
  ADD COLUMN invitation_id bigint REFERENCES app.institute_invitation DEFERRABLE,
  ADD CHECK ((account_id IS NULL) <> (invitation_id IS NULL));
CREATE POLICY admin_add ON app.account_letter FOR INSERT TO attest_admin
  WITH CHECK (invitation_id IS NOT NULL AND kind = 'invitation');
GRANT INSERT (public_id, kind, invitation_id) ON app.account_letter TO attest_admin;

-- Accepting: just the place the invitation in hand names, in the transaction that uses it.
CREATE POLICY auth_accept ON app.institute_member FOR INSERT TO attest_auth
  WITH CHECK (account_id = (SELECT app.ctx_account()) AND EXISTS (
    SELECT 1 FROM app.institute_invitation i WHERE i.role = institute_member.role
      AND i.state = 'accepted' AND i.accepted_by = (SELECT app.ctx_account())
      AND i.accepted_at = (SELECT app.ctx_now())));
GRANT INSERT (public_id, account_id, role, surname, name, patronymic, phone) ON app.institute_member TO attest_auth;

-- SEC-46: whoever sends a link is its inviter from then on, and without the right it opens nothing.
CREATE FUNCTION app.note_inviter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.invited_by := app.ctx_account();
  RETURN NEW;
END $$;
CREATE TRIGGER inviter BEFORE UPDATE OF token_sha256 ON app.invitation FOR EACH ROW EXECUTE FUNCTION app.note_inviter();
CREATE TRIGGER inviter BEFORE UPDATE OF token_sha256 ON app.institute_invitation FOR EACH ROW EXECUTE FUNCTION app.note_inviter();
CREATE POLICY definer_read ON app.institute_invitation FOR SELECT TO attest_definer
  USING (token_sha256 = (SELECT app.ctx_token()));
GRANT SELECT (token_sha256, invited_by) ON app.institute_invitation TO attest_definer;
GRANT SELECT (token_sha256) ON app.invitation TO attest_definer;
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
-- The roles whoever sent the invitation in hand has now, in its municipality and in the institute; NULL if
-- nobody did: what `ctl` sends has no inviter.
CREATE FUNCTION app.inviter_roles() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT ARRAY(SELECT p.role FROM app.institute_member p WHERE p.account_id = a.id AND p.ended_at IS NULL
      UNION SELECT m.role FROM app.membership m
      WHERE m.tenant_id = i.tenant_id AND m.account_id = a.id AND m.ended_at IS NULL)
  FROM (SELECT v.invited_by, v.tenant_id FROM app.invitation v WHERE v.token_sha256 = app.ctx_token()
    UNION ALL SELECT v.invited_by, NULL FROM app.institute_invitation v WHERE v.token_sha256 = app.ctx_token()) i
  LEFT JOIN app.account a ON a.id = i.invited_by AND a.status = 'active'
  WHERE i.invited_by IS NOT NULL $$;
REVOKE ALL ON FUNCTION app.inviter_roles() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.inviter_roles() TO attest_auth;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

-- Nobody ends the own place, and somebody is left who can invite: of two administrators who end each
-- other at the same moment the second is refused.
CREATE FUNCTION app.guard_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'attest_admin' THEN
    RETURN NEW;
  END IF;
  IF OLD.ended_at IS NOT NULL OR OLD.account_id = app.ctx_account() THEN
    RAISE EXCEPTION 'this place is not ended by this caller' USING ERRCODE = '42501';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('institute', 0));
  IF OLD.role = 'admin' AND NOT EXISTS (SELECT 1 FROM app.institute_member i
      WHERE i.role = 'admin' AND i.ended_at IS NULL AND i.id <> OLD.id) THEN
    RAISE EXCEPTION 'the last administrator' USING ERRCODE = '23514', CONSTRAINT = 'institute_last_admin';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_place BEFORE UPDATE OF ended_at ON app.institute_member FOR EACH ROW
  WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at) EXECUTE FUNCTION app.guard_place();

-- What administrators changed, in order. The newest row of a key is the version of its editor, and a
-- key that has one is theirs: loading the reference data leaves it as it is.
CREATE TABLE app.region_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- «setting» or a list of the reference data.
  list text NOT NULL CHECK (list ~ '^[a-z_]{1,40}$'),
  -- The setting's key or the row's code.
  key text NOT NULL,
  former jsonb,
  present jsonb NOT NULL,
  by_account bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT app.ctx_now()
);
CREATE INDEX region_change_key ON app.region_change (list, key, id DESC);
ALTER TABLE app.region_change ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY admin_read ON app.region_change FOR SELECT TO attest_admin USING (true);
CREATE POLICY admin_add ON app.region_change FOR INSERT TO attest_admin
  WITH CHECK (by_account = (SELECT app.ctx_account()));
GRANT SELECT, INSERT (list, key, former, present, by_account) ON app.region_change TO attest_admin;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON app.region_change
  FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.region_change
  FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();

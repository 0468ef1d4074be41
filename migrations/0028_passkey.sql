-- Passkeys (SEC-47, SEC-53): public keys of people's own authenticators. Known to the auth role by the
-- account in hand, or by the proof in hand: the hash of the credential's id, which is nobody else's.

CREATE TABLE app.passkey (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES app.account,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  credential bytea NOT NULL CHECK (length(credential) BETWEEN 16 AND 1023),
  sha256 bytea NOT NULL UNIQUE CHECK (sha256 = sha256(credential)),
  transports smallint NOT NULL,
  -- The key, and what its authenticator counts: as the ceremonies of app write them.
  key bytea NOT NULL,
  state bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  used_at timestamptz
);
CREATE INDEX passkey_account ON app.passkey (account_id);
ALTER TABLE app.passkey ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY auth_read ON app.passkey FOR SELECT TO attest_auth
  USING (account_id = (SELECT app.ctx_account()) OR sha256 = (SELECT app.ctx_token()));
CREATE POLICY auth_add ON app.passkey FOR INSERT TO attest_auth
  WITH CHECK (account_id = (SELECT app.ctx_account()) AND sha256 = (SELECT app.ctx_token()));
CREATE POLICY auth_use ON app.passkey FOR UPDATE TO attest_auth
  USING (account_id = (SELECT app.ctx_account()));
CREATE POLICY auth_remove ON app.passkey FOR DELETE TO attest_auth
  USING (account_id = (SELECT app.ctx_account()));
GRANT SELECT, INSERT (public_id, account_id, name, credential, sha256, transports, key, state),
  UPDATE (state, used_at), DELETE ON app.passkey TO attest_auth;
-- It goes with its account.
CREATE POLICY mover_erase ON app.passkey FOR ALL TO attest_mover
  USING (account_id = ANY ((SELECT app.ctx_leaving())::bigint[]));
GRANT SELECT (account_id), DELETE ON app.passkey TO attest_mover;

-- The letter of a new device (R-LET-1) says which: words of a closed list, no name and no address.
ALTER TABLE app.account_letter ADD COLUMN device text CHECK (length(device) BETWEEN 1 AND 60);
GRANT INSERT (device) ON app.account_letter TO attest_auth;

-- A second factor lost with its recovery codes (R-ACC-5): taken off by an operator for people of
-- municipalities, by an administrator for operators. What was lost with it may be in other hands: its
-- passkeys go as well. Its owner is told, and every session ends.
CREATE POLICY definer_read ON app.second_factor FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_reset ON app.second_factor FOR DELETE TO attest_definer USING (true);
CREATE POLICY definer_end_sessions ON app.account FOR UPDATE TO attest_definer USING (true);
GRANT SELECT (account_id), DELETE ON app.second_factor TO attest_definer;
CREATE POLICY definer_read ON app.passkey FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_reset ON app.passkey FOR DELETE TO attest_definer USING (true);
GRANT SELECT (account_id), DELETE ON app.passkey TO attest_definer;
GRANT UPDATE (epoch) ON app.account TO attest_definer;

GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
CREATE FUNCTION app.reset_factor(p_account bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  IF app.acting_role(session_user) NOT IN ('operator', 'admin')
    OR p_account NOT IN (SELECT app.helpable(ARRAY[p_account])) THEN
    RAISE EXCEPTION 'this account is not helped by this caller'
      USING ERRCODE = '23514', CONSTRAINT = 'account_helped_elsewhere';
  END IF;
  DELETE FROM app.second_factor WHERE account_id = p_account;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the account has no second factor'
      USING ERRCODE = '23514', CONSTRAINT = 'account_without_factor';
  END IF;
  DELETE FROM app.passkey WHERE account_id = p_account;
  UPDATE app.account SET epoch = epoch + 1 WHERE id = p_account;
  INSERT INTO app.account_letter (public_id, account_id, kind)
    SELECT gen_random_uuid(), a.id, 'factor_reset' FROM app.account a
    WHERE a.id = p_account AND a.email IS NOT NULL;
END $$;
REVOKE ALL ON FUNCTION app.reset_factor(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.reset_factor(bigint) TO attest_operator, attest_admin;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

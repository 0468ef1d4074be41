-- Identities of accounts at identity providers (SEC-50…54). Known to the auth role by the account in
-- hand, or by the proof in hand: the hash of issuer and subject. The subject itself, a person's
-- number in somebody else's register, is kept nowhere.

CREATE TABLE app.identity (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES app.account,
  issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 500),
  sha256 bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
  created_at timestamptz NOT NULL DEFAULT app.ctx_now()
);
CREATE INDEX identity_account ON app.identity (account_id);
ALTER TABLE app.identity ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY auth_read ON app.identity FOR SELECT TO attest_auth
  USING (account_id = (SELECT app.ctx_account()) OR sha256 = (SELECT app.ctx_token()));
CREATE POLICY auth_link ON app.identity FOR INSERT TO attest_auth
  WITH CHECK (account_id = (SELECT app.ctx_account()) AND sha256 = (SELECT app.ctx_token()));
CREATE POLICY auth_unlink ON app.identity FOR DELETE TO attest_auth
  USING (account_id = (SELECT app.ctx_account()));
GRANT SELECT, INSERT (public_id, account_id, issuer, sha256), DELETE ON app.identity TO attest_auth;
-- It goes with its account.
CREATE POLICY mover_erase ON app.identity FOR ALL TO attest_mover
  USING (account_id = ANY ((SELECT app.ctx_leaving())::bigint[]));
GRANT SELECT (account_id), DELETE ON app.identity TO attest_mover;

-- The second factor (SEC-47): its secret sealed by a key the database does not have, the last step a
-- code was taken of, the hashes of the recovery codes that are left.
CREATE TABLE app.second_factor (
  account_id bigint PRIMARY KEY REFERENCES app.account,
  sealed bytea NOT NULL,
  confirmed_at timestamptz,
  last_step bigint NOT NULL DEFAULT 0,
  recovery bytea[] NOT NULL DEFAULT '{}'
);
ALTER TABLE app.second_factor ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.second_factor FOR ALL TO attest_auth
  USING (account_id = (SELECT app.ctx_account())) WITH CHECK (account_id = (SELECT app.ctx_account()));
GRANT SELECT, INSERT (account_id, sealed), UPDATE (sealed, confirmed_at, last_step, recovery), DELETE
  ON app.second_factor TO attest_auth;
-- It goes with its account.
CREATE POLICY mover_erase ON app.second_factor FOR ALL TO attest_mover
  USING (account_id = ANY ((SELECT app.ctx_leaving())::bigint[]));
GRANT SELECT (account_id), DELETE ON app.second_factor TO attest_mover;

-- Files on their way: brought piece by piece over a bad line before a form names them (SEC-61). What is
-- taken by a form goes the way of any other file; here is only how far one has come.

CREATE TABLE app.upload (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES app.account,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 1000),
  size bigint NOT NULL CHECK (size > 0),
  received bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND size),
  -- Its objects in the store, in order: «upload/{public_id}/{piece}».
  pieces uuid[] NOT NULL DEFAULT '{}',
  -- When a form took it.
  taken_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  -- After it the worker clears row and pieces away; nobody else sees the row by then.
  expires_at timestamptz NOT NULL DEFAULT app.ctx_now() + interval '2 days'
);
CREATE INDEX upload_account ON app.upload (account_id);
CREATE INDEX upload_expired ON app.upload (expires_at);
ALTER TABLE app.upload ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.upload FOR ALL TO attest_tenant, attest_expert, attest_operator
  USING (account_id = (SELECT app.ctx_account())) WITH CHECK (account_id = (SELECT app.ctx_account()));
GRANT SELECT, INSERT (public_id, account_id, name, size), UPDATE (received, pieces, taken_at, expires_at)
  ON app.upload TO attest_tenant, attest_expert, attest_operator;
CREATE POLICY worker_clear ON app.upload FOR ALL TO attest_worker USING (expires_at <= (SELECT app.ctx_now()));
GRANT SELECT (public_id, expires_at), DELETE ON app.upload TO attest_worker;
-- It goes with its account.
CREATE POLICY mover_erase ON app.upload FOR ALL TO attest_mover
  USING (account_id = ANY ((SELECT app.ctx_leaving())::bigint[]));
GRANT SELECT (account_id), DELETE ON app.upload TO attest_mover;

-- Who asks, and when: the context every policy reads (03 §3.3, 04 A2).
-- Set by one set_config statement at the start of each transaction (libs/db, scope.rs).
ALTER DEFAULT PRIVILEGES FOR ROLE attest_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE attest_owner IN SCHEMA app
  GRANT EXECUTE ON FUNCTIONS TO attest_tenant, attest_expert, attest_operator, attest_admin,
    attest_worker, attest_auth, attest_public, attest_definer, attest_mover;
-- The owner's functions run as whoever calls them, so calling is no right. Those of the two
-- definers do more than their caller may: each names who may call it.
SET LOCAL ROLE attest_definer;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE attest_mover;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE attest_owner;

CREATE FUNCTION app.ctx_tenant() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.tenant', true), '')::int $$;
CREATE FUNCTION app.ctx_account() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.account', true), '')::bigint $$;
CREATE FUNCTION app.ctx_membership() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.membership', true), '')::bigint $$;
CREATE FUNCTION app.ctx_organisation() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.organisation', true), '')::bigint $$;
CREATE FUNCTION app.ctx_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('app.role', true), '') $$;
-- The login being looked up by the auth role: normalised, never a row of its own.
CREATE FUNCTION app.ctx_login() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('app.login', true), '') $$;
-- SHA-256 of the one-time token in hand.
CREATE FUNCTION app.ctx_token() RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT decode(coalesce(current_setting('app.token', true), ''), 'hex') $$;
-- The injected clock: one `now` for a whole transaction, in Rust and in SQL.
CREATE FUNCTION app.ctx_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(nullif(current_setting('app.now', true), '')::timestamptz, now()) $$;
-- The trace what is queued goes on with (W3C `traceparent`); empty where none is kept.
CREATE FUNCTION app.ctx_trace() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('app.trace', true), '') $$;

-- The role that acts, as far as the login admits it: a tenant login can claim no other's.
CREATE FUNCTION app.acting_role(login name) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE login
    WHEN 'attest_operator' THEN 'operator'
    WHEN 'attest_expert' THEN 'expert'
    WHEN 'attest_admin' THEN 'admin'
    WHEN 'attest_tenant' THEN CASE WHEN app.ctx_role() IN ('teacher', 'school', 'municipal')
                                   THEN app.ctx_role() END
  END $$;

-- Append-only but for the rows that move or leave with their municipality; the audit stays.
CREATE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'attest_mover' AND TG_TABLE_NAME NOT LIKE 'audit%' THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;

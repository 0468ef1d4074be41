-- What belongs to the region and to no municipality: municipalities themselves, reference
-- data, settings, accounts, consents, the institute's members, periods, audit.

CREATE TABLE app.municipality (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9-]{1,39}$'),
  name text NOT NULL UNIQUE,
  kind text NOT NULL DEFAULT '',
  public_contacts text NOT NULL DEFAULT '',
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'removed')),
  merged_into int REFERENCES app.municipality,
  version int NOT NULL DEFAULT 1
);
ALTER TABLE app.municipality ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY readable ON app.municipality FOR SELECT
  TO attest_tenant, attest_expert, attest_operator, attest_worker, attest_auth, attest_public,
     attest_definer, attest_admin USING (true);
CREATE POLICY admin_add ON app.municipality FOR INSERT TO attest_admin WITH CHECK (true);
CREATE POLICY admin_change ON app.municipality FOR UPDATE TO attest_admin USING (true);
GRANT SELECT ON app.municipality TO attest_tenant, attest_expert, attest_operator, attest_worker,
  attest_auth, attest_definer, attest_admin;
GRANT SELECT (id, public_id, slug, name, kind, public_contacts, status, merged_into) ON app.municipality TO attest_public;
GRANT INSERT ON app.municipality TO attest_admin;
GRANT UPDATE (slug, name, kind, public_contacts, status, version) ON app.municipality TO attest_admin;

-- Reference data: rows are retired, never deleted; `ordinal` keeps the order of the lists.
CREATE TABLE app.ref_position (
  code text PRIMARY KEY, name text NOT NULL, attestable boolean NOT NULL,
  alias text NOT NULL DEFAULT '', ordinal int NOT NULL, retired_at timestamptz);
CREATE TABLE app.ref_subject (
  code text PRIMARY KEY, name text NOT NULL, area text NOT NULL DEFAULT '',
  ordinal int NOT NULL, retired_at timestamptz);
CREATE TABLE app.ref_organisation_type (
  code text PRIMARY KEY, name text NOT NULL, sector text NOT NULL,
  ordinal int NOT NULL, retired_at timestamptz);
CREATE TABLE app.ref_founder_kind (
  code text PRIMARY KEY CHECK (code IN ('municipal', 'regional', 'industry', 'private')),
  name text NOT NULL, routed_to_operator boolean NOT NULL,
  ordinal int NOT NULL, retired_at timestamptz);
CREATE TABLE app.ref_ground (
  code text PRIMARY KEY, name text NOT NULL, family text NOT NULL, category_scope text NOT NULL,
  window_years int, ordinal int NOT NULL, retired_at timestamptz);
CREATE TABLE app.ref_rejection_reason (
  code text PRIMARY KEY, name text NOT NULL, instrumental text NOT NULL DEFAULT '',
  ordinal int NOT NULL, retired_at timestamptz);
CREATE TABLE app.ref_document_kind (
  code text PRIMARY KEY, name text NOT NULL, counts_as_result boolean NOT NULL,
  forms text NOT NULL DEFAULT 'any', ordinal int NOT NULL, retired_at timestamptz);
CREATE TABLE app.ref_criterion (
  code text PRIMARY KEY, category text NOT NULL, name text NOT NULL,
  ordinal int NOT NULL, retired_at timestamptz);
-- The texts people consent to; a consent keeps the version it was given to (R-ACC-6).
CREATE TABLE app.ref_consent_text (
  kind text NOT NULL CHECK (kind IN ('personal_data', 'publication')),
  version int NOT NULL, body text NOT NULL, PRIMARY KEY (kind, version));
CREATE TABLE app.region_setting (key text PRIMARY KEY, value text NOT NULL);
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['ref_position', 'ref_subject', 'ref_organisation_type', 'ref_founder_kind',
      'ref_ground', 'ref_rejection_reason', 'ref_document_kind', 'ref_criterion', 'ref_consent_text',
      'region_setting'] LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY readable ON app.%I FOR SELECT TO attest_tenant, attest_expert, '
      'attest_operator, attest_admin, attest_worker, attest_auth, attest_public, attest_definer '
      'USING (true)', t);
    EXECUTE format('CREATE POLICY admin_add ON app.%I FOR INSERT TO attest_admin WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY admin_change ON app.%I FOR UPDATE TO attest_admin USING (true)', t);
    EXECUTE format('GRANT SELECT ON app.%I TO attest_tenant, attest_expert, attest_operator, '
      'attest_admin, attest_worker, attest_auth, attest_public, attest_definer', t);
    EXECUTE format('GRANT INSERT, UPDATE ON app.%I TO attest_admin', t);
  END LOOP;
END $$;

-- The day it is in the region: terms and journal dates are counted in its zone (R-APP-5).
CREATE FUNCTION app.region_today() RETURNS date LANGUAGE sql STABLE AS $$
  SELECT (app.ctx_now() AT TIME ZONE coalesce(
    (SELECT value FROM app.region_setting WHERE key = 'time_zone'), 'Asia/Tomsk'))::date $$;

-- Credentials: the auth role's alone. Known to it by the account in hand or the login typed.
CREATE TABLE app.account (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  login text NOT NULL,
  login_norm text NOT NULL UNIQUE CHECK (login_norm ~ '^[a-z0-9]{3,32}$'),
  password_phc text,
  email text,
  email_confirmed_at timestamptz,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'blocked')),
  epoch int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now()
);
-- Operators and coordinators look people up by the beginning of the login (app.search_people).
CREATE INDEX account_login ON app.account (login_norm text_pattern_ops);
ALTER TABLE app.account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY auth_read ON app.account FOR SELECT TO attest_auth
  USING (id = (SELECT app.ctx_account()) OR login_norm = (SELECT app.ctx_login()));
CREATE POLICY auth_add ON app.account FOR INSERT TO attest_auth
  WITH CHECK (login_norm = (SELECT app.ctx_login()));
CREATE POLICY auth_change ON app.account FOR UPDATE TO attest_auth
  USING (id = (SELECT app.ctx_account()));
CREATE POLICY worker_read ON app.account FOR SELECT TO attest_worker USING (true);
CREATE POLICY definer_read ON app.account FOR SELECT TO attest_definer USING (true);
GRANT SELECT ON app.account TO attest_auth;
GRANT INSERT (public_id, login, login_norm, password_phc, email) ON app.account TO attest_auth;
GRANT UPDATE (password_phc, email, email_confirmed_at, epoch) ON app.account TO attest_auth;
GRANT SELECT (id, email, login) ON app.account TO attest_worker;
GRANT SELECT (id, public_id, login, login_norm, email, epoch, status) ON app.account TO attest_definer;

-- One-time links of an account. The token itself is derived (R-LET-1): only its hash is here.
CREATE TABLE app.account_token (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES app.account,
  kind text NOT NULL CHECK (kind IN ('password', 'email')),
  sha256 bytea NOT NULL UNIQUE,
  new_email text,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now()
);
CREATE INDEX account_token_account ON app.account_token (account_id, kind);
ALTER TABLE app.account_token ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY auth_all ON app.account_token FOR ALL TO attest_auth
  USING (account_id = (SELECT app.ctx_account()) OR sha256 = (SELECT app.ctx_token()))
  WITH CHECK (account_id = (SELECT app.ctx_account()));
CREATE POLICY worker_read ON app.account_token FOR SELECT TO attest_worker USING (true);
GRANT SELECT ON app.account_token TO attest_auth;
GRANT INSERT (public_id, account_id, kind, sha256, new_email, expires_at) ON app.account_token TO attest_auth;
GRANT UPDATE (used_at) ON app.account_token TO attest_auth;
GRANT SELECT (id, public_id, account_id, kind, new_email, expires_at) ON app.account_token TO attest_worker;

CREATE TABLE app.consent (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES app.account,
  kind text NOT NULL,
  text_version int NOT NULL,
  at timestamptz NOT NULL DEFAULT app.ctx_now(),
  withdrawn_at timestamptz,
  FOREIGN KEY (kind, text_version) REFERENCES app.ref_consent_text (kind, version)
);
CREATE INDEX consent_account ON app.consent (account_id, kind);
ALTER TABLE app.consent ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.consent FOR ALL TO attest_auth, attest_tenant, attest_expert, attest_operator
  USING (account_id = (SELECT app.ctx_account()));
GRANT SELECT ON app.consent TO attest_auth, attest_tenant, attest_expert, attest_operator;
GRANT INSERT (account_id, kind, text_version) ON app.consent TO attest_auth, attest_tenant, attest_expert, attest_operator;
GRANT UPDATE (withdrawn_at) ON app.consent TO attest_auth, attest_tenant, attest_expert, attest_operator;

CREATE TABLE app.institute_member (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES app.account,
  role text NOT NULL CHECK (role IN ('operator', 'admin')),
  surname text NOT NULL DEFAULT '', name text NOT NULL DEFAULT '', patronymic text NOT NULL DEFAULT '',
  phone text NOT NULL DEFAULT '', position text NOT NULL DEFAULT '',
  ended_at timestamptz,
  version int NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX institute_member_one ON app.institute_member (account_id, role) WHERE ended_at IS NULL;
ALTER TABLE app.institute_member ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY auth_own ON app.institute_member FOR SELECT TO attest_auth USING (account_id = (SELECT app.ctx_account()));
CREATE POLICY auth_change ON app.institute_member FOR UPDATE TO attest_auth USING (account_id = (SELECT app.ctx_account()));
CREATE POLICY admin_all ON app.institute_member FOR ALL TO attest_admin USING (true);
CREATE POLICY definer_read ON app.institute_member FOR SELECT TO attest_definer USING (true);
GRANT SELECT ON app.institute_member TO attest_auth, attest_admin, attest_definer;
GRANT UPDATE (surname, name, patronymic, phone, position, version) ON app.institute_member TO attest_auth;
GRANT INSERT (public_id, account_id, role), UPDATE (ended_at, version) ON app.institute_member TO attest_admin;

-- Attestation periods: windows that do not overlap (R-PER-1).
CREATE TABLE app.period (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  name text NOT NULL UNIQUE,
  starts date NOT NULL,
  ends date NOT NULL CHECK (ends > starts),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'completed')),
  order_no text, order_date date,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT period_windows_apart EXCLUDE USING gist (daterange(starts, ends, '[]') WITH &&)
);
ALTER TABLE app.period ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY readable ON app.period FOR SELECT
  TO attest_tenant, attest_expert, attest_operator, attest_worker, attest_public USING (true);
CREATE POLICY operator_add ON app.period FOR INSERT TO attest_operator WITH CHECK (true);
CREATE POLICY operator_change ON app.period FOR UPDATE TO attest_operator USING (true);
GRANT SELECT ON app.period TO attest_tenant, attest_expert, attest_operator, attest_worker;
GRANT SELECT (id, public_id, name, starts, ends, state) ON app.period TO attest_public;
GRANT INSERT (public_id, name, starts, ends) ON app.period TO attest_operator;
GRANT UPDATE (state, order_no, order_date, version) ON app.period TO attest_operator;

-- The third log of R-AUD-1: ids and codes, never a name, an address or free text.
-- No RETURNING on inserts: nobody who writes here may read here.
CREATE TABLE app.audit_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  tenant_id int,
  account_id bigint,
  membership_id bigint,
  role text NOT NULL DEFAULT '',
  act text NOT NULL CHECK (act ~ '^[a-z_.]{1,60}$'),
  object_id bigint,
  outcome text NOT NULL DEFAULT 'done' CHECK (outcome IN ('done', 'refused')),
  request_id uuid
);
CREATE INDEX audit_event_tenant ON app.audit_event (tenant_id, id);
ALTER TABLE app.audit_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY write_own ON app.audit_event FOR INSERT TO attest_tenant, attest_expert, attest_operator
  WITH CHECK (account_id = (SELECT app.ctx_account())
    AND tenant_id IS NOT DISTINCT FROM (SELECT app.ctx_tenant()));
CREATE POLICY write_any ON app.audit_event FOR INSERT TO attest_auth, attest_worker, attest_admin
  WITH CHECK (account_id IS NOT DISTINCT FROM (SELECT app.ctx_account()));
CREATE POLICY read_all ON app.audit_event FOR SELECT TO attest_admin USING (true);
CREATE POLICY seal_read ON app.audit_event FOR SELECT TO attest_worker USING (true);
GRANT INSERT (tenant_id, account_id, membership_id, role, act, object_id, outcome, request_id)
  ON app.audit_event TO attest_tenant, attest_expert, attest_operator, attest_auth, attest_worker, attest_admin;
GRANT SELECT ON app.audit_event TO attest_admin, attest_worker;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON app.audit_event
  FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON app.audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();

-- Letters about an account itself (registration, password, e-mail), and to operators about all
-- municipalities: none of them knows.
CREATE TABLE app.account_letter (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES app.account,
  kind text NOT NULL,
  token_id bigint REFERENCES app.account_token DEFERRABLE,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed')),
  tries int NOT NULL DEFAULT 0,
  run_after timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  sent_at timestamptz,
  trace text NOT NULL DEFAULT app.ctx_trace()
);
CREATE INDEX account_letter_queue ON app.account_letter (run_after, id) WHERE state = 'queued';
CREATE INDEX account_letter_account ON app.account_letter (account_id, id DESC);
ALTER TABLE app.account_letter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.account_letter FOR ALL TO attest_auth USING (account_id = (SELECT app.ctx_account()));
CREATE POLICY worker_all ON app.account_letter FOR ALL TO attest_worker USING (true);
GRANT SELECT ON app.account_letter TO attest_auth, attest_worker;
GRANT INSERT (public_id, account_id, kind, token_id) ON app.account_letter TO attest_auth;
GRANT UPDATE (state, tries, run_after, sent_at) ON app.account_letter TO attest_worker;
-- Wakes the worker at commit; it polls as well, so a lost notice loses nothing.
CREATE FUNCTION app.wake_worker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('attest_work', TG_TABLE_NAME);
  RETURN NULL;
END $$;
CREATE TRIGGER wake AFTER INSERT ON app.account_letter
  FOR EACH STATEMENT EXECUTE FUNCTION app.wake_worker();

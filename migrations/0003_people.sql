-- Organisations, memberships (one cabinet each) and invitations: the first tenant tables.
-- RLS form: one permissive policy per role and command, `tenant_id = (SELECT app.ctx_tenant())`;
-- narrower people by RESTRICTIVE policies (03 §3.3).

CREATE TABLE app.organisation (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  type text NOT NULL REFERENCES app.ref_organisation_type,
  founder_kind text NOT NULL REFERENCES app.ref_founder_kind,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
  version int NOT NULL DEFAULT 1,
  -- It left the municipality; the row stays for what is final there.
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX organisation_tenant_id_name_key ON app.organisation (tenant_id, name) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX organisation_id ON app.organisation (id);
CREATE INDEX organisation_by_type ON app.organisation (tenant_id, type, name);
CREATE INDEX organisation_region ON app.organisation (name, id);
ALTER TABLE app.organisation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- No personal data here: readable by every role (03 §3.3, identity before tenant).
CREATE POLICY readable ON app.organisation FOR SELECT
  TO attest_tenant, attest_expert, attest_operator, attest_admin, attest_worker, attest_auth,
     attest_public, attest_definer USING (true);
CREATE POLICY coordinator_add ON app.organisation FOR INSERT TO attest_tenant
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND (SELECT app.ctx_role() = 'municipal'));
CREATE POLICY coordinator_rename ON app.organisation FOR UPDATE TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()) AND (SELECT app.ctx_role() = 'municipal'));
CREATE POLICY operator_add ON app.organisation FOR INSERT TO attest_operator
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY operator_change ON app.organisation FOR UPDATE TO attest_operator
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY admin_add ON app.organisation FOR INSERT TO attest_admin WITH CHECK (true);
CREATE POLICY admin_change ON app.organisation FOR UPDATE TO attest_admin USING (true);
GRANT SELECT ON app.organisation TO attest_tenant, attest_expert, attest_operator, attest_admin,
  attest_worker, attest_auth, attest_public, attest_definer;
GRANT INSERT (tenant_id, public_id, type, founder_kind, name) ON app.organisation
  TO attest_tenant, attest_operator, attest_admin;
GRANT UPDATE (name, version) ON app.organisation TO attest_tenant;
GRANT UPDATE (name, type, founder_kind, version) ON app.organisation TO attest_operator, attest_admin;

-- R-ORG-1: a coordinator cannot choose the founder kind, it follows from the type's sector.
CREATE FUNCTION app.default_founder_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'attest_tenant' OR NEW.founder_kind IS NULL THEN
    NEW.founder_kind := (SELECT CASE sector WHEN 'образование' THEN 'municipal'
                                WHEN 'негосударственный сектор' THEN 'private'
                                ELSE 'industry' END
                         FROM app.ref_organisation_type WHERE code = NEW.type);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER founder_kind BEFORE INSERT ON app.organisation
  FOR EACH ROW EXECUTE FUNCTION app.default_founder_kind();

CREATE TABLE app.membership (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES app.account,
  role text NOT NULL CHECK (role IN ('teacher', 'school', 'municipal', 'expert')),
  organisation_id bigint,
  surname text NOT NULL DEFAULT '', name text NOT NULL DEFAULT '', patronymic text NOT NULL DEFAULT '',
  phone text NOT NULL DEFAULT '',
  position text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  ended_at timestamptz,
  -- A teacher who came with something submitted behind it, which stayed where it was (R-ACC-7), or whose
  -- submitted case was destroyed when its term was over (SEC-87).
  submitted_before boolean NOT NULL DEFAULT false,
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, id, account_id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES app.organisation (tenant_id, id)
    DEFERRABLE INITIALLY IMMEDIATE,
  CHECK (role <> 'school' OR organisation_id IS NOT NULL)
);
CREATE UNIQUE INDEX membership_id ON app.membership (id);
CREATE UNIQUE INDEX membership_one ON app.membership (tenant_id, account_id, role, coalesce(organisation_id, 0))
  WHERE ended_at IS NULL AND role = 'school';
CREATE UNIQUE INDEX membership_one_place ON app.membership (tenant_id, account_id, role)
  WHERE ended_at IS NULL AND role <> 'school';
CREATE INDEX membership_account ON app.membership (account_id);
CREATE INDEX membership_people ON app.membership (tenant_id, role, surname, id);
CREATE INDEX membership_experts ON app.membership (tenant_id, surname, name, id)
  WHERE role = 'expert' AND ended_at IS NULL;
CREATE INDEX membership_surname ON app.membership (tenant_id, surname, id) WHERE ended_at IS NULL;
CREATE INDEX membership_region ON app.membership (surname, id) WHERE ended_at IS NULL;
CREATE INDEX membership_organisation ON app.membership (tenant_id, organisation_id)
  WHERE ended_at IS NULL AND role = 'teacher';
ALTER TABLE app.membership ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_read ON app.membership FOR SELECT TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY person_read ON app.membership AS RESTRICTIVE FOR SELECT TO attest_tenant
  USING ((SELECT app.ctx_role() = 'municipal') OR account_id = (SELECT app.ctx_account())
    OR ((SELECT app.ctx_role() = 'school') AND role = 'teacher'
        AND organisation_id = (SELECT app.ctx_organisation())));
-- A teacher joins a municipality in that municipality's scope (R-ACC-7).
CREATE POLICY teacher_join ON app.membership FOR INSERT TO attest_tenant
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND role = 'teacher'
    AND account_id = (SELECT app.ctx_account()));
CREATE POLICY tenant_change ON app.membership FOR UPDATE TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant())
    AND (account_id = (SELECT app.ctx_account()) OR (SELECT app.ctx_role() = 'municipal')));
CREATE POLICY expert_own ON app.membership FOR SELECT TO attest_expert
  USING (account_id = (SELECT app.ctx_account()));
CREATE POLICY expert_change ON app.membership FOR UPDATE TO attest_expert
  USING (id = (SELECT app.ctx_membership()) AND account_id = (SELECT app.ctx_account()));
CREATE POLICY operator_read ON app.membership FOR SELECT TO attest_operator USING (true);
CREATE POLICY operator_change ON app.membership FOR UPDATE TO attest_operator
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY auth_own ON app.membership FOR SELECT TO attest_auth
  USING (account_id = (SELECT app.ctx_account()));
CREATE POLICY worker_read ON app.membership FOR SELECT TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY definer_read ON app.membership FOR SELECT TO attest_definer USING (true);
GRANT SELECT ON app.membership TO attest_tenant, attest_expert, attest_operator, attest_auth,
  attest_worker, attest_definer;
GRANT INSERT (tenant_id, public_id, account_id, role, organisation_id, surname, name, patronymic, phone, position)
  ON app.membership TO attest_tenant, attest_auth;
GRANT UPDATE (organisation_id, surname, name, patronymic, phone, position, ended_at, version)
  ON app.membership TO attest_tenant, attest_expert;
GRANT UPDATE (organisation_id, ended_at, version) ON app.membership TO attest_operator;
-- Who may end which cabinet (08 §8.2), and that an end is one: whatever a program forgets. The
-- lock holds off assignments to it and submissions from it that have not committed.
CREATE FUNCTION app.guard_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user IN ('attest_tenant', 'attest_expert', 'attest_operator')
     AND (OLD.ended_at IS NOT NULL OR NOT coalesce(CASE app.acting_role(current_user)
       WHEN 'teacher' THEN OLD.role = 'teacher' AND OLD.id = app.ctx_membership() AND OLD.account_id = app.ctx_account()
       WHEN 'expert' THEN OLD.role = 'expert' AND OLD.id = app.ctx_membership() AND OLD.account_id = app.ctx_account()
       WHEN 'municipal' THEN OLD.role IN ('school', 'expert')
       WHEN 'operator' THEN true
       END, false)) THEN
    RAISE EXCEPTION 'this cabinet is not ended by this caller' USING ERRCODE = '42501';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('membership ' || OLD.id, 0));
  RETURN NEW;
END $$;
CREATE TRIGGER guard_end BEFORE UPDATE OF ended_at ON app.membership FOR EACH ROW
  WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at) EXECUTE FUNCTION app.guard_end();

-- R-ORG-2: «Моей организации нет в списке».
CREATE TABLE app.organisation_request (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  membership_id bigint NOT NULL,
  account_id bigint NOT NULL,
  type text NOT NULL REFERENCES app.ref_organisation_type,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'added', 'declined', 'cancelled')),
  organisation_id bigint,
  answer text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, membership_id, account_id) REFERENCES app.membership (tenant_id, id, account_id)
    DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES app.organisation (tenant_id, id)
    DEFERRABLE INITIALLY IMMEDIATE
);
CREATE UNIQUE INDEX organisation_request_one ON app.organisation_request (tenant_id, membership_id) WHERE state = 'open';
CREATE INDEX organisation_request_list ON app.organisation_request (tenant_id, state, id);
ALTER TABLE app.organisation_request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_all ON app.organisation_request FOR ALL TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY person ON app.organisation_request AS RESTRICTIVE FOR ALL TO attest_tenant
  USING (account_id = (SELECT app.ctx_account()) OR (SELECT app.ctx_role() = 'municipal'));
GRANT SELECT ON app.organisation_request TO attest_tenant;
GRANT INSERT (tenant_id, public_id, membership_id, account_id, type, name) ON app.organisation_request TO attest_tenant;
GRANT UPDATE (state, organisation_id, answer, version) ON app.organisation_request TO attest_tenant;

-- R-ACC-3, R-ACC-4. The token is derived from public_id and nonce; only its hash is kept.
CREATE TABLE app.invitation (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  email text NOT NULL CHECK (length(email) <= 254),
  role text NOT NULL CHECK (role IN ('school', 'municipal', 'expert')),
  organisation_id bigint,
  nonce uuid NOT NULL,
  token_sha256 bytea NOT NULL UNIQUE,
  state text NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'accepted', 'revoked', 'undelivered')),
  -- NULL: invited by `ctl`, which is no person.
  invited_by bigint REFERENCES app.account,
  expires_at timestamptz NOT NULL,
  accepted_by bigint REFERENCES app.account,
  accepted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, organisation_id) REFERENCES app.organisation (tenant_id, id)
    DEFERRABLE INITIALLY IMMEDIATE,
  CHECK (role <> 'school' OR organisation_id IS NOT NULL)
);
CREATE INDEX invitation_list ON app.invitation (tenant_id, id DESC);
CREATE INDEX invitation_region ON app.invitation (id DESC);
ALTER TABLE app.invitation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_all ON app.invitation FOR ALL TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()) AND (SELECT app.ctx_role() = 'municipal'))
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND (SELECT app.ctx_role() = 'municipal')
    AND role IN ('school', 'expert'));
CREATE POLICY operator_read ON app.invitation FOR SELECT TO attest_operator USING (true);
CREATE POLICY operator_add ON app.invitation FOR INSERT TO attest_operator
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY operator_change ON app.invitation FOR UPDATE TO attest_operator
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY admin_add ON app.invitation FOR INSERT TO attest_admin WITH CHECK (role = 'municipal');
CREATE POLICY admin_read ON app.invitation FOR SELECT TO attest_admin USING (role = 'municipal');
CREATE POLICY admin_change ON app.invitation FOR UPDATE TO attest_admin USING (role = 'municipal');
CREATE POLICY auth_read ON app.invitation FOR SELECT TO attest_auth
  USING (token_sha256 = (SELECT app.ctx_token()));
CREATE POLICY auth_accept ON app.invitation FOR UPDATE TO attest_auth
  USING (token_sha256 = (SELECT app.ctx_token()) AND state IN ('sent', 'undelivered')
    AND expires_at > (SELECT app.ctx_now()))
  WITH CHECK (token_sha256 = (SELECT app.ctx_token()));
CREATE POLICY worker_read ON app.invitation FOR SELECT TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY worker_change ON app.invitation FOR UPDATE TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
GRANT SELECT ON app.invitation TO attest_tenant, attest_operator, attest_admin, attest_auth, attest_worker;
GRANT INSERT (tenant_id, public_id, email, role, organisation_id, nonce, token_sha256, invited_by, expires_at)
  ON app.invitation TO attest_tenant, attest_operator, attest_admin;
GRANT UPDATE (nonce, token_sha256, state, expires_at, version) ON app.invitation
  TO attest_tenant, attest_operator, attest_admin;
GRANT UPDATE (state, accepted_by, accepted_at, version) ON app.invitation TO attest_auth;
GRANT UPDATE (state, version) ON app.invitation TO attest_worker;
-- Accepting: auth may insert just the membership the invitation in hand names, in the
-- transaction that uses the invitation: a used link opens nothing again.
CREATE POLICY auth_accept ON app.membership FOR INSERT TO attest_auth
  WITH CHECK (account_id = (SELECT app.ctx_account()) AND EXISTS (
    SELECT 1 FROM app.invitation i WHERE i.tenant_id = membership.tenant_id AND i.role = membership.role
      AND i.organisation_id IS NOT DISTINCT FROM membership.organisation_id
      AND i.state = 'accepted' AND i.accepted_by = (SELECT app.ctx_account())
      AND i.accepted_at = (SELECT app.ctx_now())));

-- Definer helpers: a NOLOGIN owner of their own, one narrow policy each, never BYPASSRLS.
GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
-- Whether a cabinet is still open to the person in the context: asked as every transaction
-- begins (SEC-14), and of nobody else, or it would tell who has which cabinet where.
CREATE FUNCTION app.still(p_account bigint, p_epoch int, p_role text, p_membership bigint)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM app.account a WHERE a.id = p_account AND a.id = app.ctx_account() AND a.epoch = p_epoch AND a.status = 'active')
    AND CASE WHEN p_role IN ('operator', 'admin')
      THEN EXISTS (SELECT 1 FROM app.institute_member i WHERE i.id = p_membership
                   AND i.account_id = p_account AND i.role = p_role AND i.ended_at IS NULL)
      ELSE EXISTS (SELECT 1 FROM app.membership m JOIN app.municipality t ON t.id = m.tenant_id
                   WHERE m.id = p_membership AND m.account_id = p_account AND m.role = p_role
                     -- A person that moved opens the cabinet anew, where it stands now.
                     AND m.tenant_id = app.ctx_tenant() AND m.ended_at IS NULL AND t.status = 'active')
      END $$;
-- Login and e-mail of these accounts, as far as the caller may know them: coordinators of the
-- people of their municipality, operators of everyone who has or had a cabinet in one,
-- administrators of the municipal coordinators they invite and of the institute's own
-- (R-ACC-4, R-ACC-5).
CREATE FUNCTION app.people_logins(p_accounts bigint[]) RETURNS TABLE (account_id bigint, login text, email text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  -- Asked once, not of every row.
  caller CONSTANT text := app.acting_role(session_user);
  here CONSTANT int := app.ctx_tenant();
BEGIN
  -- In plpgsql, which keeps its plan from one page to the next.
  RETURN QUERY SELECT a.id, a.login, coalesce(a.email, '') FROM app.account a
  WHERE a.id = ANY (p_accounts) AND (EXISTS (SELECT 1 FROM app.membership m
    WHERE m.account_id = a.id AND CASE caller
      WHEN 'municipal' THEN m.tenant_id = here AND m.ended_at IS NULL
      WHEN 'operator' THEN true
      WHEN 'admin' THEN m.role = 'municipal' AND m.ended_at IS NULL
      ELSE false END)
    OR (caller = 'admin' AND EXISTS (SELECT 1 FROM app.institute_member i
      WHERE i.account_id = a.id AND i.ended_at IS NULL)));
END $$;
-- A person's own login and e-mail, whatever the cabinet.
CREATE FUNCTION app.my_account() RETURNS TABLE (login text, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT a.login, coalesce(a.email, '') FROM app.account a WHERE a.id = app.ctx_account() $$;
-- How many coordinate each municipality: an administrator sees no people, only whether there are any.
CREATE FUNCTION app.coordinators() RETURNS TABLE (tenant_id int, coordinators bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT m.tenant_id, count(*) FROM app.membership m
  WHERE m.role = 'municipal' AND m.ended_at IS NULL AND app.acting_role(session_user) = 'admin'
  GROUP BY m.tenant_id $$;
REVOKE ALL ON FUNCTION app.still(bigint, int, text, bigint), app.people_logins(bigint[]), app.my_account(),
  app.coordinators() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.still(bigint, int, text, bigint) TO attest_tenant, attest_expert, attest_operator, attest_admin;
GRANT EXECUTE ON FUNCTION app.people_logins(bigint[]) TO attest_tenant, attest_operator, attest_admin;
GRANT EXECUTE ON FUNCTION app.coordinators() TO attest_admin;
GRANT EXECUTE ON FUNCTION app.my_account() TO attest_tenant, attest_expert, attest_operator;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

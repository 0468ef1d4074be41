-- People helped back into their accounts (R-ACC-5): who may help whom, and the link, which whoever
-- asks for it never sees.

-- Begun for the person by somebody else: after such a correction a coordinator waits a day.
ALTER TABLE app.account_token ADD COLUMN helped boolean NOT NULL DEFAULT false;
CREATE POLICY definer_read ON app.account_token FOR SELECT TO attest_definer USING (true);
CREATE POLICY definer_add ON app.account_token FOR INSERT TO attest_definer WITH CHECK (helped);
CREATE POLICY definer_change ON app.account_token FOR UPDATE TO attest_definer USING (true);
CREATE POLICY definer_add ON app.account_letter FOR INSERT TO attest_definer WITH CHECK (true);
GRANT SELECT (id, account_id, kind, helped, used_at, created_at), UPDATE (used_at),
  INSERT (public_id, account_id, kind, sha256, new_email, expires_at, helped) ON app.account_token TO attest_definer;
GRANT INSERT (public_id, account_id, kind, token_id) ON app.account_letter TO attest_definer;

GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
-- Those of these accounts the caller may help: a coordinator people all of whose cabinets are a
-- teacher's, a school coordinator's or an expert's in its own municipality, an operator everybody
-- outside the institute, an administrator the operators.
CREATE FUNCTION app.helpable(p_accounts bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT a.id FROM app.account a
  WHERE a.id = ANY (p_accounts) AND a.status = 'active' AND a.id <> app.ctx_account()
    AND CASE app.acting_role(session_user)
      WHEN 'municipal' THEN
        EXISTS (SELECT 1 FROM app.membership m WHERE m.account_id = a.id AND m.ended_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM app.membership m WHERE m.account_id = a.id AND m.ended_at IS NULL
          AND (m.tenant_id IS DISTINCT FROM app.ctx_tenant() OR m.role NOT IN ('teacher', 'school', 'expert')))
        AND NOT EXISTS (SELECT 1 FROM app.institute_member i WHERE i.account_id = a.id AND i.ended_at IS NULL)
      WHEN 'operator' THEN
        EXISTS (SELECT 1 FROM app.membership m WHERE m.account_id = a.id AND m.ended_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM app.institute_member i WHERE i.account_id = a.id AND i.ended_at IS NULL)
      WHEN 'admin' THEN
        EXISTS (SELECT 1 FROM app.institute_member i
          WHERE i.account_id = a.id AND i.ended_at IS NULL AND i.role = 'operator')
        AND NOT EXISTS (SELECT 1 FROM app.institute_member i
          WHERE i.account_id = a.id AND i.ended_at IS NULL AND i.role = 'admin')
      ELSE false END $$;
-- Until when the caller may start no reset: a coordinator for a day after a correction of the address
-- was begun or took effect, so that nobody takes an account over by way of an address of its own.
CREATE FUNCTION app.no_reset_until(p_account bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT max(until) FROM (
    SELECT coalesce(t.used_at, t.created_at) + interval '24 hours' AS until FROM app.account_token t
    WHERE t.account_id = p_account AND t.kind = 'email' AND t.helped
      AND app.acting_role(session_user) = 'municipal'
      AND p_account IN (SELECT app.helpable(ARRAY[p_account]))) corrected
  WHERE until > app.ctx_now() $$;
-- Makes a link and queues the letters: to set a password, or to confirm the address p_new_email, of
-- which the former address is told, too. Older links of the kind die.
CREATE FUNCTION app.help_account(p_account bigint, p_kind text, p_public_id uuid, p_sha256 bytea,
  p_new_email text, p_expires timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $$
DECLARE
  address text;
  made bigint;
BEGIN
  IF p_account NOT IN (SELECT app.helpable(ARRAY[p_account])) THEN
    RAISE EXCEPTION 'this account is not helped by this caller'
      USING ERRCODE = '23514', CONSTRAINT = 'account_helped_elsewhere';
  END IF;
  SELECT a.email INTO address FROM app.account a WHERE a.id = p_account;
  IF p_kind = 'password' AND address IS NULL THEN
    RAISE EXCEPTION 'the account has no address' USING ERRCODE = '23514', CONSTRAINT = 'account_without_address';
  END IF;
  IF p_kind = 'password' AND app.no_reset_until(p_account) IS NOT NULL THEN
    RAISE EXCEPTION 'the address was corrected lately'
      USING ERRCODE = '23514', CONSTRAINT = 'account_corrected_lately';
  END IF;
  UPDATE app.account_token SET used_at = app.ctx_now()
    WHERE account_id = p_account AND kind = p_kind AND used_at IS NULL;
  INSERT INTO app.account_token (public_id, account_id, kind, sha256, new_email, expires_at, helped)
    VALUES (p_public_id, p_account, p_kind, p_sha256, p_new_email, p_expires, true) RETURNING id INTO made;
  INSERT INTO app.account_letter (public_id, account_id, kind, token_id)
    VALUES (gen_random_uuid(), p_account, CASE p_kind WHEN 'password' THEN 'password_reset' ELSE 'email_changed' END, made);
  IF p_kind = 'email' AND address IS NOT NULL THEN
    INSERT INTO app.account_letter (public_id, account_id, kind) VALUES (gen_random_uuid(), p_account, 'email_changed');
  END IF;
END $$;
REVOKE ALL ON FUNCTION app.helpable(bigint[]), app.no_reset_until(bigint),
  app.help_account(bigint, text, uuid, bytea, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.helpable(bigint[]), app.no_reset_until(bigint),
  app.help_account(bigint, text, uuid, bytea, text, timestamptz) TO attest_tenant, attest_operator, attest_admin;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

-- «Мои данные» (SEC-87): what is kept about an account beside the rows of its municipalities, for the
-- archive its owner asked for.

CREATE POLICY definer_own_data ON app.printout FOR SELECT TO attest_definer USING (kind = 'own_data' AND state = 'running');
GRANT SELECT (id, account_id, kind, state) ON app.printout TO attest_definer;
-- Of those alone who have asked: the definer sees no other printout.
CREATE POLICY definer_own_data ON app.identity FOR SELECT TO attest_definer
  USING (EXISTS (SELECT 1 FROM app.printout p WHERE p.account_id = identity.account_id));
GRANT SELECT (id, account_id, issuer, created_at) ON app.identity TO attest_definer;
GRANT SELECT (account_id, confirmed_at) ON app.second_factor TO attest_definer;
GRANT SELECT (id, name, created_at, used_at) ON app.passkey TO attest_definer;
CREATE POLICY definer_own_data ON app.account_letter FOR SELECT TO attest_definer
  USING (EXISTS (SELECT 1 FROM app.printout p WHERE p.account_id = account_letter.account_id));
GRANT SELECT (id, account_id, kind, state, device, created_at, sent_at) ON app.account_letter TO attest_definer;
CREATE POLICY definer_own_data ON app.saved_view FOR SELECT TO attest_definer
  USING (EXISTS (SELECT 1 FROM app.printout p WHERE p.account_id = saved_view.account_id));
GRANT SELECT (id, account_id, role, list, query, name, created_at) ON app.saved_view TO attest_definer;
ALTER POLICY definer_consents ON app.consent USING (kind = 'publication' AND withdrawn_at IS NULL
  OR EXISTS (SELECT 1 FROM app.printout p WHERE p.account_id = consent.account_id));
GRANT SELECT (id, account_id, kind, text_version, at, withdrawn_at) ON app.consent TO attest_definer;
GRANT SELECT (created_at, email_confirmed_at) ON app.account TO attest_definer;
GRANT SELECT (id, account_id, role, surname, name, patronymic, phone, position, ended_at) ON app.institute_member
  TO attest_definer;

GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
-- The municipalities an account has rows in, and its rows in none, while the worker makes its archive:
-- of no account that did not ask. Nothing that opens anything is among them.
CREATE FUNCTION app.own_data(p_printout bigint) RETURNS TABLE (municipalities int[], kept jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
  SELECT (SELECT coalesce(array_agg(x.place ORDER BY x.place), '{}') FROM (
          SELECT m.tenant_id AS place FROM app.membership m WHERE m.account_id = a.id
          UNION SELECT unnest(app.traces_of(a.id))) x),
    jsonb_build_object(
      'account', jsonb_build_array(jsonb_build_object('login', a.login, 'email', a.email,
        'email_confirmed_at', a.email_confirmed_at, 'created_at', a.created_at)),
      'institute_member', (SELECT coalesce(jsonb_agg(jsonb_build_object('role', i.role, 'surname', i.surname,
          'name', i.name, 'patronymic', i.patronymic, 'phone', i.phone, 'position', i.position,
          'ended_at', i.ended_at) ORDER BY i.id), '[]') FROM app.institute_member i WHERE i.account_id = a.id),
      'consent', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', c.kind, 'text_version', c.text_version,
          'at', c.at, 'withdrawn_at', c.withdrawn_at) ORDER BY c.id), '[]') FROM app.consent c
          WHERE c.account_id = a.id),
      'identity', (SELECT coalesce(jsonb_agg(jsonb_build_object('issuer', i.issuer, 'created_at', i.created_at)
          ORDER BY i.id), '[]') FROM app.identity i WHERE i.account_id = a.id),
      'second_factor', (SELECT coalesce(jsonb_agg(jsonb_build_object('confirmed_at', f.confirmed_at)), '[]')
          FROM app.second_factor f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL),
      'passkey', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', k.name, 'created_at', k.created_at,
          'used_at', k.used_at) ORDER BY k.id), '[]') FROM app.passkey k WHERE k.account_id = a.id),
      'account_letter', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', l.kind, 'state', l.state,
          'device', l.device, 'created_at', l.created_at,
          'sent_at', l.sent_at) ORDER BY l.id), '[]') FROM app.account_letter l
          WHERE l.account_id = a.id),
      'saved_view', (SELECT coalesce(jsonb_agg(jsonb_build_object('role', v.role, 'list', v.list, 'name', v.name,
          'query', v.query, 'created_at', v.created_at) ORDER BY v.id), '[]') FROM app.saved_view v
          WHERE v.account_id = a.id))
  FROM app.printout p JOIN app.account a ON a.id = p.account_id
  WHERE p.id = p_printout AND p.kind = 'own_data' AND p.state = 'running' $$;
REVOKE ALL ON FUNCTION app.own_data(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.own_data(bigint) TO attest_worker;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

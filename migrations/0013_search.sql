-- Search by ФИО, number and organisation. `@@` is not leakproof, so under a policy with a condition on the row
-- no index on words serves it (04 A4): definers read the index, ask themselves who calls, and
-- give ids, by which the caller then reads its rows under row-level security.

-- The words of a text, as domain::search::words folds them (a test compares the two): NFC, small
-- letters, ё as е; whatever is no letter and no digit parts words.
CREATE FUNCTION app.search_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_to_tsvector(string_to_array(btrim(regexp_replace(
    translate(lower(normalize(said, NFC) COLLATE "C"),
      'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯёӘҒҖҚҢӨҮҰҺІЇЄҐ',
      'абвгдеежзийклмнопрстуфхцчшщъыьэюяеәғҗқңөүұһіїєґ'),
    '[^a-z0-9Ѐ-ԯ]+', ' ', 'g')), ' ')) $$;

ALTER TABLE app.application ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (app.search_words(
  surname || ' ' || name || ' ' || patronymic || ' ' || coalesce(registered_number::text, ''))) STORED;
ALTER TABLE app.membership ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (app.search_words(
  surname || ' ' || name || ' ' || patronymic)) STORED;
ALTER TABLE app.organisation ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (app.search_words(name)) STORED;
-- Written at once: a search never reads through a list of what waits to be indexed.
CREATE INDEX application_search ON app.application USING gin (search) WITH (fastupdate = off)
  WHERE submitted_at IS NOT NULL;
CREATE INDEX membership_search ON app.membership USING gin (search) WITH (fastupdate = off)
  WHERE ended_at IS NULL;
CREATE INDEX organisation_search ON app.organisation USING gin (search) WITH (fastupdate = off);

GRANT CREATE ON SCHEMA app TO attest_definer;
SET LOCAL ROLE attest_definer;
-- Applications found among those the caller may read; one more than the 1000 the pages look
-- through tells that there are others. In no order: a word everybody has costs no more for it.
-- Those who read of many organisations find by the names of these, too: all words are of the
-- applicant or all of its organisation.
CREATE FUNCTION app.search_applications(p_query tsquery, p_organisation tsquery) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  CASE app.acting_role(session_user)
  WHEN 'operator' THEN
    RETURN QUERY (SELECT a.id FROM app.application a
        WHERE a.search @@ p_query AND a.submitted_at IS NOT NULL LIMIT 1001)
      UNION (SELECT a.id FROM app.organisation o
          JOIN app.application a ON a.tenant_id = o.tenant_id AND a.organisation_id = o.id
        WHERE o.search @@ p_organisation AND a.submitted_at IS NOT NULL LIMIT 1001)
      LIMIT 1001;
  WHEN 'municipal' THEN
    RETURN QUERY (SELECT a.id FROM app.application a
        WHERE a.search @@ p_query AND a.submitted_at IS NOT NULL AND a.tenant_id = app.ctx_tenant()
        LIMIT 1001)
      UNION (SELECT a.id FROM app.organisation o
          JOIN app.application a ON a.tenant_id = o.tenant_id AND a.organisation_id = o.id
        WHERE o.search @@ p_organisation AND o.tenant_id = app.ctx_tenant() AND a.submitted_at IS NOT NULL
        LIMIT 1001)
      LIMIT 1001;
  WHEN 'school' THEN
    RETURN QUERY SELECT a.id FROM app.application a
      WHERE a.search @@ p_query AND a.submitted_at IS NOT NULL AND a.tenant_id = app.ctx_tenant()
        AND a.organisation_id = app.ctx_organisation()
      LIMIT 1001;
  WHEN 'expert' THEN
    RETURN QUERY SELECT a.id FROM app.application a
      WHERE a.search @@ p_query AND a.submitted_at IS NOT NULL
        AND a.id = ANY ((SELECT app.my_assigned())::bigint[]) LIMIT 1001;
  ELSE
    RETURN;
  END CASE;
END $$;
-- The open cabinets whose holder's name has these words or whose login begins so, compared byte
-- by byte, as its index is: in the coordinator's municipality, for operators in all (R-ACC-5).
CREATE FUNCTION app.search_people(p_query tsquery, p_login text) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = app, pg_temp AS $$
BEGIN
  CASE app.acting_role(session_user)
  WHEN 'operator' THEN
    RETURN QUERY (SELECT m.id FROM app.membership m WHERE m.search @@ p_query AND m.ended_at IS NULL LIMIT 1001)
      UNION (SELECT m.id FROM app.account a JOIN app.membership m ON m.account_id = a.id
        WHERE p_login <> '' AND a.login_norm ~>=~ p_login AND a.login_norm ~<~ (p_login || chr(1114111))
          AND m.ended_at IS NULL LIMIT 1001)
      LIMIT 1001;
  WHEN 'municipal' THEN
    RETURN QUERY (SELECT m.id FROM app.membership m
        WHERE m.search @@ p_query AND m.ended_at IS NULL AND m.tenant_id = app.ctx_tenant() LIMIT 1001)
      UNION (SELECT m.id FROM app.account a JOIN app.membership m ON m.account_id = a.id
        WHERE p_login <> '' AND a.login_norm ~>=~ p_login AND a.login_norm ~<~ (p_login || chr(1114111))
          AND m.ended_at IS NULL AND m.tenant_id = app.ctx_tenant() LIMIT 1001)
      LIMIT 1001;
  ELSE
    RETURN;
  END CASE;
END $$;
REVOKE ALL ON FUNCTION app.search_applications(tsquery, tsquery), app.search_people(tsquery, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_applications(tsquery, tsquery) TO attest_tenant, attest_expert, attest_operator;
GRANT EXECUTE ON FUNCTION app.search_people(tsquery, text) TO attest_tenant, attest_operator;
SET LOCAL ROLE attest_owner;
REVOKE CREATE ON SCHEMA app FROM attest_definer;

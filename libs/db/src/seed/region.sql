-- A big region to measure on: seed.municipalities of them, of which the first has every fiftieth of
-- seed.applications applications, in random physical order, as they are on seed.today; what each of
-- them consists of follows in cases.sql, in the same transaction. Run by the superuser before
-- anybody else is there: triggers and foreign keys are not asked, policies bind it not.
SET LOCAL synchronous_commit = off;
SET LOCAL work_mem = '256MB';
SET LOCAL maintenance_work_mem = '512MB';
SET LOCAL jit = off;
SET LOCAL session_replication_role = replica;

-- Indexes of the large tables are built after they are filled.
CREATE TEMP TABLE later ON COMMIT DROP AS
  SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
  WHERE i.indrelid = ANY ('{app.application, app.membership, app.assignment, app.card, app.consent, app.application_event,
      app.file, app.attachment, app.rendition, app.registration, app.decision}'::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
DO $$
DECLARE
  index text;
BEGIN
  FOR index IN SELECT name FROM later LOOP EXECUTE 'DROP INDEX ' || index; END LOOP;
END $$;

CREATE FUNCTION pg_temp.setting(name text) RETURNS int LANGUAGE sql STABLE
  AS $$ SELECT current_setting('seed.' || name)::int $$;
-- The same scattered number for the same n and seed.number, below `below`.
CREATE FUNCTION pg_temp.pick(n bigint, salt int, below int) RETURNS int LANGUAGE sql STABLE
  AS $$ SELECT (((hashint8extended(n, 1000 * current_setting('seed.number')::bigint + salt) % below) + below) % below)::int $$;
CREATE FUNCTION pg_temp.surname(n bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT (ARRAY['Иван','Петр','Сидор','Смирн','Кузнец','Попов','Васильк','Соколь','Михайл','Новик','Фёдор','Мороз',
      'Волк','Алексе','Лебедь','Семён','Егор','Павл','Козл','Степан','Никола','Орл','Андрей','Макар','Никит','Захар',
      'Зайц','Солов','Борис','Яковл','Григор','Роман','Воробь','Серге','Кузьм','Фрол','Александр','Дмитри','Корол',
      'Гус'])[1 + pg_temp.pick(n, 1, 40)]
    || (ARRAY['ова','ева','ина','ская','енко','ева-Водкина','цева','кина','аева','онова','ушкина','ентьева','чук',
      'якова','ицкая','онина','арёва','ышева','унова','ельева','атова','идова','асова','орина','укина'])
      [1 + pg_temp.pick(n, 2, 25)] $$;
CREATE FUNCTION pg_temp.name(n bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT (ARRAY['Мария','Анна','Ольга','Елена','Наталья','Татьяна','Ирина','Светлана','Юлия','Екатерина','Галина',
    'Людмила','Алёна','Надежда','Вера','Любовь','Зоя','Инна','Дарья','Полина'])[1 + pg_temp.pick(n, 3, 20)] $$;
CREATE FUNCTION pg_temp.patronymic(n bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT (ARRAY['Сергеевна','Ивановна','Петровна','Алексеевна','Николаевна','Викторовна','Юрьевна','Фёдоровна',
    'Андреевна','Олеговна'])[1 + pg_temp.pick(n, 4, 10)] $$;

-- As the person of the card would confirm them; a surname is alike in both cases.
CREATE FUNCTION pg_temp.of_surname(word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(word, '([вн])а$|(ск)ая$', '\1\2ой') $$;
CREATE FUNCTION pg_temp.genitive(word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN word ~ '(га|я|ь)$' THEN regexp_replace(word, '.$', 'и') ELSE regexp_replace(word, 'а$', 'ы') END $$;
CREATE FUNCTION pg_temp.dative(word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(regexp_replace(word, 'ия$|ь$', CASE WHEN word ~ 'ия$' THEN 'ии' ELSE 'и' END), '[ая]$', 'е') $$;

-- Those of the reference data are counted in.
INSERT INTO app.municipality (public_id, slug, name)
  SELECT gen_random_uuid(), 'm' || n, 'Муниципалитет ' || n
  FROM generate_series(1 + (SELECT count(*) FROM app.municipality), pg_temp.setting('municipalities')) n ORDER BY n;
INSERT INTO app.period (public_id, name, starts, ends)
  SELECT gen_random_uuid(), 'период ' || n, day + 60 * n, day + 60 * n + 59
  FROM generate_series(1, 20) n, LATERAL (SELECT current_setting('seed.today')::date - 1020 AS day) d;
-- Ten organisations in each.
CREATE TEMP TABLE town ON COMMIT DROP AS
  SELECT id AS tenant, row_number() OVER (ORDER BY id)::int AS n FROM app.municipality;
INSERT INTO app.organisation (tenant_id, public_id, type, founder_kind, name)
  SELECT t.tenant, gen_random_uuid(), (SELECT code FROM app.ref_organisation_type ORDER BY ordinal LIMIT 1),
    CASE WHEN n.n = 10 THEN 'industry' ELSE 'municipal' END, 'Школа № ' || (t.n - 1) * 10 + n.n
  FROM town t CROSS JOIN generate_series(1, 10) n(n) ORDER BY t.n, n.n;
CREATE TEMP TABLE school ON COMMIT DROP AS
  SELECT tenant_id AS tenant, id, name, row_number() OVER (PARTITION BY tenant_id ORDER BY id)::int - 1 AS n FROM app.organisation;
CREATE TEMP TABLE post ON COMMIT DROP AS
  SELECT code, name, row_number() OVER (ORDER BY ordinal)::int - 1 AS n FROM app.ref_position WHERE attestable LIMIT 20;
CREATE TEMP TABLE reason ON COMMIT DROP AS
  SELECT code, row_number() OVER (ORDER BY ordinal)::int - 1 AS n FROM app.ref_rejection_reason LIMIT 5;
-- A teacher for every two applications, then a coordinator and three experts in each municipality.
CREATE TEMP TABLE person ON COMMIT DROP AS
  SELECT one.n, p.tenant, role, login, s.id AS school, q.code AS post, pg_temp.surname(one.n) AS surname,
    pg_temp.name(one.n) AS name, pg_temp.patronymic(one.n) AS patronymic
  FROM (SELECT n::bigint, CASE WHEN pg_temp.pick(n, 5, 50) = 0 THEN 1
        ELSE 1 + pg_temp.pick(n, 6, pg_temp.setting('municipalities')) END AS town, 'teacher' AS role, 'teacher' || n AS login
      FROM generate_series(1, pg_temp.setting('applications') / 2) n
    UNION ALL
    SELECT pg_temp.setting('applications') / 2 + n, 1 + (n - 1) / 4, CASE WHEN n % 4 = 0 THEN 'municipal' ELSE 'expert' END,
        CASE WHEN n % 4 = 0 THEN 'coordinator' || 1 + (n - 1) / 4 ELSE 'expert' || n END
      FROM generate_series(1, 4 * pg_temp.setting('municipalities')) n) one
  JOIN town p ON p.n = one.town
  JOIN school s ON s.tenant = p.tenant AND s.n = pg_temp.pick(one.n, 7, 10)
  JOIN post q ON q.n = pg_temp.pick(one.n, 8, 20);
CREATE UNIQUE INDEX ON person (n);
ANALYZE person;
INSERT INTO app.account (id, public_id, login, login_norm, password_phc, email, email_confirmed_at) OVERRIDING SYSTEM VALUE
  SELECT n, gen_random_uuid(), login, login, current_setting('seed.password'),
    login || '@' || current_setting('seed.domain'), current_setting('seed.today')::date
  FROM (SELECT n, login FROM person UNION ALL SELECT max(n) + 1, 'operator' FROM person) everybody ORDER BY n;
SELECT setval(pg_get_serial_sequence('app.account', 'id'), max(id)) FROM app.account;
INSERT INTO app.institute_member (public_id, account_id, role, surname, name, patronymic)
  SELECT gen_random_uuid(), id, 'operator', 'Ким', 'Вера', 'Львовна' FROM app.account WHERE login = 'operator';
INSERT INTO app.membership (tenant_id, id, public_id, account_id, role, organisation_id, surname, name, patronymic,
    phone, position) OVERRIDING SYSTEM VALUE
  SELECT tenant, n, gen_random_uuid(), n, role, school, surname, name, patronymic, '+79130000000', post
  FROM person ORDER BY n;
SELECT setval(pg_get_serial_sequence('app.membership', 'id'), max(id)) FROM app.membership;
INSERT INTO app.consent (account_id, kind, text_version, at)
  SELECT p.n, t.kind, t.version, current_setting('seed.today')::date
  FROM person p CROSS JOIN (SELECT kind, max(version) AS version FROM app.ref_consent_text GROUP BY kind) t
  UNION ALL SELECT m.account_id, t.kind, t.version, current_setting('seed.today')::date
  FROM app.institute_member m CROSS JOIN (SELECT kind, max(version) AS version FROM app.ref_consent_text GROUP BY kind) t;
INSERT INTO app.card (tenant_id, id, public_id, membership_id, account_id, organisation_id, position, surname_gen,
    name_gen, patronymic_gen, surname_dat, name_dat, patronymic_dat, age, education, service_total,
    service_pedagogical, service_post) OVERRIDING SYSTEM VALUE
  SELECT tenant, n, gen_random_uuid(), n, n, school, post, pg_temp.of_surname(surname), pg_temp.genitive(name),
    pg_temp.genitive(patronymic), pg_temp.of_surname(surname), pg_temp.dative(name), pg_temp.dative(patronymic),
    30 + pg_temp.pick(n, 18, 35), 'высшее, педагогический институт', 6 + pg_temp.pick(n, 18, 35),
    5 + pg_temp.pick(n, 18, 35), 3 + pg_temp.pick(n, 18, 30)
  FROM person WHERE role = 'teacher';
SELECT setval(pg_get_serial_sequence('app.card', 'id'), max(id)) FROM app.card;
-- Of a teacher's two the older is final. In all 5 % wait, 15 % are registered; a third go to the operator.
CREATE TEMP TABLE made ON COMMIT DROP AS
  SELECT n, 1 + (n - 1) / 2 AS person, row_number() OVER (ORDER BY pg_temp.pick(n, 13, 1000000000), n) AS id, status, day,
    CASE WHEN status IN ('registered', 'decided')
      THEN least(day::date + 1 + pg_temp.pick(n, 16, 30), current_setting('seed.today')::date) END AS registered_on
  FROM generate_series(1, pg_temp.setting('applications')) a(n)
  CROSS JOIN LATERAL (SELECT pg_temp.pick(n, 10, 100) AS luck, pg_temp.pick(1 + (n - 1) / 2, 11, 1000) AS one,
    pg_temp.pick(1 + (n - 1) / 2, 19, 1000) AS other) l
  CROSS JOIN LATERAL (SELECT CASE WHEN n % 2 = 1
      THEN CASE WHEN luck < 85 THEN 'decided' WHEN luck < 94 THEN 'rejected' ELSE 'withdrawn' END
      ELSE CASE WHEN luck < 10 THEN 'under_review' WHEN luck < 40 THEN 'registered' WHEN luck < 95 THEN 'decided'
        WHEN luck < 98 THEN 'rejected' ELSE 'withdrawn' END END AS status) s
  CROSS JOIN LATERAL (SELECT current_setting('seed.today')::timestamptz
    - (1 + CASE WHEN n % 2 = 1 THEN greatest(one, other) ELSE least(one, other) END) * interval '1 day'
    + pg_temp.pick(n, 12, 86400) * interval '1 second' AS day) d;
-- Numbers of the journal, in the order of its days.
CREATE TEMP TABLE journal ON COMMIT DROP AS
  SELECT id, extract(year FROM registered_on)::int AS year, registered_on AS date,
    row_number() OVER (PARTITION BY extract(year FROM registered_on) ORDER BY registered_on, id)::int AS number
  FROM made WHERE registered_on IS NOT NULL;
ANALYZE made, journal;
INSERT INTO app.application (tenant_id, id, public_id, card_id, account_id, membership_id, organisation_id, category,
    procedure, ground, form, presence, snapshot, surname, name, patronymic, position, status, route, edition, formed_at,
    submitted_at, due_on, registered_number, registered_on, rejection_reasons, created_at, final_on) OVERRIDING SYSTEM VALUE
  SELECT p.tenant, a.id, gen_random_uuid(), p.n, p.n, p.n, p.school, 'first', CASE WHEN w.way = 0 THEN 'simplified' ELSE 'general' END,
    CASE WHEN w.way = 0 THEN (SELECT code FROM app.ref_ground ORDER BY ordinal LIMIT 1) END, 'in_person', true,
    jsonb_build_object('name', jsonb_build_object('surname', p.surname, 'name', p.name, 'patronymic', p.patronymic),
      'genitive', jsonb_build_object('surname', c.surname_gen, 'name', c.name_gen, 'patronymic', c.patronymic_gen),
      'dative', jsonb_build_object('surname', c.surname_dat, 'name', c.name_dat, 'patronymic', c.patronymic_dat),
      'age', c.age, 'position', p.post, 'position_name', q.name, 'subject', NULL, 'municipality', m.name,
      'organisation', o.name, 'organisation_type', (SELECT name FROM app.ref_organisation_type ORDER BY ordinal LIMIT 1),
      'education', c.education, 'service', ARRAY[c.service_total, c.service_pedagogical, c.service_post], 'held', NULL),
    p.surname, p.name, p.patronymic, p.post, a.status, CASE WHEN w.way < 2 THEN 'operator' ELSE 'municipal' END, 1, a.day, a.day,
    a.day::date + 30, j.number, a.registered_on,
    CASE WHEN a.status = 'rejected' THEN ARRAY[(SELECT code FROM reason r WHERE r.n = pg_temp.pick(a.n, 17, 5))] ELSE '{}' END, a.day,
    CASE WHEN a.status IN ('rejected', 'withdrawn', 'decided')
      THEN least(a.day + interval '60 days', current_setting('seed.today')::timestamptz)::date END
  FROM made a CROSS JOIN LATERAL (SELECT pg_temp.pick(a.n, 9, 7) AS way) w
  JOIN person p ON p.n = a.person JOIN app.card c ON c.tenant_id = p.tenant AND c.id = p.n JOIN school o ON o.tenant = p.tenant AND o.id = p.school
  JOIN app.municipality m ON m.id = p.tenant JOIN post q ON q.code = p.post LEFT JOIN journal j ON j.id = a.id
  ORDER BY a.id;
SELECT setval(pg_get_serial_sequence('app.application', 'id'), max(id)) FROM app.application;
INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark)
  SELECT tenant_id, id, (ARRAY(SELECT id FROM app.period ORDER BY starts))[1 + pg_temp.pick(id, 14, 20)], 'preliminary' FROM app.application
  WHERE status = 'registered' AND procedure = 'general' AND id % 5 > 0;
-- Two experts of the municipality for each of these, and for what is final; most are done.
INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
    expert_membership_id, expert_account_id, expert_name, assigned_by, closed_at)
  SELECT a.tenant_id, a.id, a.account_id, slot, a.tenant_id, e.n, e.n, 'Специалист', 1,
    CASE WHEN a.status = 'decided' OR a.id % 5 > 1 THEN now() END
  FROM app.application a JOIN town t ON t.tenant = a.tenant_id CROSS JOIN generate_series(1, 2) slot
  CROSS JOIN LATERAL (SELECT pg_temp.setting('applications') / 2 + 4 * (t.n - 1) + 1 + (a.id + slot) % 3 AS n) e
  WHERE a.status IN ('registered', 'decided') AND a.procedure = 'general' AND a.id % 5 > 0;
UPDATE app.application a SET mark = s.mark, experts = (SELECT count(*) FROM app.assignment x
    WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id AND x.closed_at IS NULL)
  FROM app.schedule_row s WHERE s.tenant_id = a.tenant_id AND s.application_id = a.id;
INSERT INTO app.conclusion (tenant_id, application_id, place, moved_at)
  SELECT tenant_id, id, (ARRAY['at_teacher', 'at_municipal', 'at_centre', 'at_expert'])[1 + pg_temp.pick(id, 15, 4)],
    submitted_at FROM app.application WHERE status = 'registered' AND procedure = 'general' AND id % 5 = 1;
INSERT INTO app.withdrawal (tenant_id, public_id, application_id, reason, by_role, by_account, state, decides,
    file_id)
  SELECT tenant_id, gen_random_uuid(), id, 'Причина', 'teacher', account_id, 'under_review',
    route, 1 FROM app.application
  WHERE status = 'under_review' AND id % 20 = 1;

-- A region to measure on: :municipalities of them, of which the first has every fiftieth of
-- :applications applications, in random physical order. Run by the superuser on a scratch database
-- before its policies are asked; triggers and foreign keys are not.
\set ON_ERROR_STOP 1
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET session_replication_role = replica;

-- Indexes of the large tables are built after they are filled.
CREATE TEMP TABLE later AS
  SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
  WHERE i.indrelid IN ('app.application'::regclass, 'app.membership'::regclass, 'app.assignment'::regclass)
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
DO $$
DECLARE
  index text;
BEGIN
  FOR index IN SELECT name FROM later LOOP EXECUTE 'DROP INDEX ' || index; END LOOP;
END $$;

CREATE SCHEMA measure;
-- The same scattered number for the same n, below `below`.
CREATE FUNCTION measure.pick(n bigint, salt int, below int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT (((hashint8extended(n, salt) % below) + below) % below)::int $$;
CREATE FUNCTION measure.surname(n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (ARRAY['Иван','Петр','Сидор','Смирн','Кузнец','Попов','Васильк','Соколь','Михайл','Новик','Фёдор','Мороз',
      'Волк','Алексе','Лебедь','Семён','Егор','Павл','Козл','Степан','Никола','Орл','Андрей','Макар','Никит','Захар',
      'Зайц','Солов','Борис','Яковл','Григор','Роман','Воробь','Серге','Кузьм','Фрол','Александр','Дмитри','Корол',
      'Гус'])[1 + measure.pick(n, 1, 40)]
    || (ARRAY['ова','ева','ина','ская','енко','ева-Водкина','цева','кина','аева','онова','ушкина','ентьева','чук',
      'якова','ицкая','онина','арёва','ышева','унова','ельева','атова','идова','асова','орина','укина'])
      [1 + measure.pick(n, 2, 25)] $$;
CREATE FUNCTION measure.name(n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (ARRAY['Мария','Анна','Ольга','Елена','Наталья','Татьяна','Ирина','Светлана','Юлия','Екатерина','Галина',
    'Людмила','Алёна','Надежда','Вера','Любовь','Зоя','Инна','Дарья','Полина'])[1 + measure.pick(n, 3, 20)] $$;
CREATE FUNCTION measure.patronymic(n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (ARRAY['Сергеевна','Ивановна','Петровна','Алексеевна','Николаевна','Викторовна','Юрьевна','Фёдоровна',
    'Андреевна','Олеговна'])[1 + measure.pick(n, 4, 10)] $$;

INSERT INTO app.municipality (public_id, slug, name)
  SELECT gen_random_uuid(), 'm' || n, 'Муниципалитет ' || n FROM generate_series(1, :municipalities) n ORDER BY n;
INSERT INTO app.ref_organisation_type (code, name, sector, ordinal) VALUES ('school', 'Школа', 'образование', 1);
INSERT INTO app.ref_founder_kind (code, name, routed_to_operator, ordinal)
  VALUES ('municipal', 'муниципалитет', false, 1), ('industry', 'отрасль', true, 2) ON CONFLICT DO NOTHING;
INSERT INTO app.ref_position (code, name, attestable, ordinal)
  SELECT 'p' || n, 'Должность ' || n, true, n FROM generate_series(1, 20) n;
INSERT INTO app.period (public_id, name, starts, ends)
  SELECT gen_random_uuid(), 'период ' || n, date '2024-01-01' + 60 * n, date '2024-01-30' + 60 * n
  FROM generate_series(1, 20) n;
-- Ten organisations in each.
INSERT INTO app.organisation (tenant_id, public_id, type, founder_kind, name)
  SELECT 1 + (n - 1) / 10, gen_random_uuid(), 'school', CASE WHEN n % 10 = 0 THEN 'industry' ELSE 'municipal' END,
    'Школа № ' || n
  FROM generate_series(1, 10 * :municipalities) n ORDER BY n;
-- A teacher for every two applications, then a coordinator and three experts in each municipality.
CREATE TEMP TABLE person AS
  SELECT n, CASE WHEN measure.pick(n, 5, 50) = 0 THEN 1 ELSE 1 + measure.pick(n, 6, :municipalities) END AS tenant,
    'teacher' AS role FROM generate_series(1, :applications / 2) n
  UNION ALL
  SELECT :applications / 2 + n, 1 + (n - 1) / 4, CASE WHEN n % 4 = 0 THEN 'municipal' ELSE 'expert' END
    FROM generate_series(1, 4 * :municipalities) n;
INSERT INTO app.account (public_id, login, login_norm, email)
  SELECT gen_random_uuid(), 'user' || n, 'user' || n, 'user' || n || '@example.test' FROM person ORDER BY n;
INSERT INTO app.membership (tenant_id, public_id, account_id, role, organisation_id, surname, name, patronymic,
    phone, position)
  SELECT tenant, gen_random_uuid(), n, role, 10 * (tenant - 1) + 1 + measure.pick(n, 7, 10), measure.surname(n),
    measure.name(n), measure.patronymic(n), '+79130000000', 'p' || 1 + measure.pick(n, 8, 20)
  FROM person ORDER BY n;
-- 5 % wait, 15 % are registered, the others are final; a third go to the operator.
INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id, category,
    procedure, form, presence, surname, name, patronymic, position, status, route, edition, formed_at, submitted_at,
    due_on, registered_number, registered_on, rejection_reasons)
  SELECT p.tenant, gen_random_uuid(), a.n, p.n, p.n, 10 * (p.tenant - 1) + 1 + measure.pick(p.n, 7, 10), 'first',
    CASE WHEN measure.pick(a.n, 9, 7) = 0 THEN 'simplified' ELSE 'general' END, 'in_person', true,
    measure.surname(p.n), measure.name(p.n), measure.patronymic(p.n), 'p' || 1 + measure.pick(p.n, 8, 20),
    s.status, CASE WHEN measure.pick(a.n, 9, 7) < 2 THEN 'operator' ELSE 'municipal' END, 1, d.day, d.day,
    d.day::date + 30, CASE WHEN s.status IN ('registered', 'decided') THEN a.n END,
    CASE WHEN s.status IN ('registered', 'decided') THEN d.day::date + 1 + measure.pick(a.n, 16, 30) END,
    CASE WHEN s.status = 'rejected' THEN ARRAY['r' || 1 + measure.pick(a.n, 17, 5)] ELSE '{}' END
  FROM generate_series(1, :applications) a(n)
  JOIN person p ON p.n = 1 + (a.n - 1) / 2
  CROSS JOIN LATERAL (SELECT CASE WHEN measure.pick(a.n, 10, 100) < 5 THEN 'under_review'
      WHEN measure.pick(a.n, 10, 100) < 20 THEN 'registered' WHEN measure.pick(a.n, 10, 100) < 90 THEN 'decided'
      WHEN measure.pick(a.n, 10, 100) < 96 THEN 'rejected' ELSE 'withdrawn' END AS status) s
  CROSS JOIN LATERAL (SELECT timestamptz '2024-01-01' + measure.pick(a.n, 11, 1000) * interval '1 day'
    + measure.pick(a.n, 12, 86400) * interval '1 second' AS day) d
  ORDER BY measure.pick(a.n, 13, 1000000000);
INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark)
  SELECT tenant_id, id, 1 + measure.pick(id, 14, 20), 'preliminary' FROM app.application
  WHERE status = 'registered' AND procedure = 'general' AND id % 5 > 0;
-- Two experts of the municipality for each of these, and for what is final; most are done.
INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
    expert_membership_id, expert_account_id, expert_name, assigned_by, closed_at)
  SELECT a.tenant_id, a.id, a.account_id, slot, a.tenant_id, e.n, e.n, 'Специалист', 1,
    CASE WHEN a.status = 'decided' OR a.id % 5 > 1 THEN now() END
  FROM app.application a CROSS JOIN generate_series(1, 2) slot
  CROSS JOIN LATERAL (SELECT :applications / 2 + 4 * (a.tenant_id - 1) + 1 + (a.id + slot) % 3 AS n) e
  WHERE a.status IN ('registered', 'decided') AND a.procedure = 'general' AND a.id % 5 > 0;
INSERT INTO app.conclusion (tenant_id, application_id, place, moved_at)
  SELECT tenant_id, id, (ARRAY['at_teacher', 'at_municipal', 'at_centre', 'at_expert'])[1 + measure.pick(id, 15, 4)],
    submitted_at FROM app.application WHERE status = 'registered' AND procedure = 'general' AND id % 5 = 1;
INSERT INTO app.withdrawal (tenant_id, public_id, application_id, reason, by_role, by_account, state, file_id)
  SELECT tenant_id, gen_random_uuid(), id, 'Причина', 'teacher', account_id, 'under_review', 1 FROM app.application
  WHERE status = 'under_review' AND id % 20 = 1;

DO $$
DECLARE
  index text;
BEGIN
  FOR index IN SELECT definition FROM later LOOP EXECUTE index; END LOOP;
END $$;
VACUUM (ANALYZE);

-- What the applications of region.sql consist of: their history, documents, printed papers, lines of
-- the journal and decisions; then the indexes. Goes on in its transaction.

-- One object in the store is every file; seed.document is its key, seed.size and seed.sha256 are of it.
INSERT INTO app.file (tenant_id, id, public_id, application_id, s3_key, name, content_type, size, sha256, virus_state,
    virus_checked, by_account, by_role, created_at) OVERRIDING SYSTEM VALUE
  SELECT a.tenant_id, f.n * pg_temp.setting('applications') + a.id, gen_random_uuid(), a.id, current_setting('seed.document'),
    f.name, 'application/pdf', pg_temp.setting('size'), decode(current_setting('seed.sha256'), 'hex'), 'clean', true,
    a.account_id, 'teacher', a.submitted_at
  FROM app.application a
  CROSS JOIN (VALUES (0, 'Результаты.pdf'), (1, 'Заявление с подписью.pdf'), (2, 'Заявление.pdf')) f(n, name);
INSERT INTO app.attachment (tenant_id, id, public_id, application_id, file_id, kind, edition, caption, by_role,
    by_account, created_at) OVERRIDING SYSTEM VALUE
  SELECT a.tenant_id, f.n * pg_temp.setting('applications') + a.id, gen_random_uuid(), a.id,
    f.n * pg_temp.setting('applications') + a.id, f.kind, f.edition, f.caption, 'teacher', a.account_id, a.submitted_at
  FROM app.application a
  CROSS JOIN (VALUES (0, 'results_table', NULL::int, 'Результаты за межаттестационный период'), (1, 'scan', 1, '')) f(n, kind, edition, caption);
INSERT INTO app.rendition (tenant_id, application_id, kind, of_id, file_id)
  SELECT tenant_id, id, 'application', 1, 2 * pg_temp.setting('applications') + id FROM app.application;
SELECT setval(pg_get_serial_sequence('app.file', 'id'), max(id)) FROM app.file;
SELECT setval(pg_get_serial_sequence('app.attachment', 'id'), max(id)) FROM app.attachment;

-- The history: what the teacher did, then what was done.
CREATE TEMP TABLE coordinator ON COMMIT DROP AS
  SELECT tenant, n, concat_ws(' ', surname, name, patronymic) AS person FROM person WHERE role = 'municipal';
INSERT INTO app.application_event (tenant_id, application_id, at, account_id, role, actor_name, act, words)
  SELECT a.tenant_id, a.id, a.submitted_at, a.account_id, 'teacher', concat_ws(' ', a.surname, a.name, a.patronymic), e.act, e.words
  FROM app.application a CROSS JOIN (VALUES (1, 'application.start', 'Заявление начато'),
    (2, 'application.form', 'Заявление сформировано'), (3, 'document.attach', 'Документы прикреплены'),
    (4, 'document.attach', 'Скан подписанного заявления загружен'), (5, 'application.submit', 'Заявление подано')) e(n, act, words)
  UNION ALL
  SELECT a.tenant_id, a.id, coalesce(a.registered_on, a.due_on)::timestamptz, c.n, 'municipal', c.person, e.act, e.words
  FROM app.application a JOIN coordinator c ON c.tenant = a.tenant_id
  JOIN (VALUES ('registered', 'application.register', 'Заявление зарегистрировано'),
    ('decided', 'application.register', 'Заявление зарегистрировано'), ('rejected', 'application.reject', 'Заявление отклонено'),
    ('withdrawn', 'withdrawal.accept', 'Отзыв зарегистрирован, заявление отозвано')) e(status, act, words) ON e.status = a.status
  UNION ALL
  SELECT a.tenant_id, a.id, a.due_on::timestamptz, c.n, 'municipal', c.person, 'schedule.assign', 'Аттестационный период назначен'
  FROM app.application a JOIN coordinator c ON c.tenant = a.tenant_id
  WHERE a.status IN ('registered', 'decided') AND a.procedure = 'general' AND a.id % 5 > 0;

-- An order each month, and whom it decided.
INSERT INTO app.order (public_id, number, date, s3_key, file_name, size, sha256, virus_state, virus_checked)
  SELECT gen_random_uuid(), n || '-р', current_setting('seed.today')::date - 30 * n, current_setting('seed.document'),
    'Распоряжение.pdf', pg_temp.setting('size'), decode(current_setting('seed.sha256'), 'hex'), 'clean', true
  FROM generate_series(0, 34) n;
INSERT INTO app.decision (tenant_id, application_id, order_id, granted, category)
  SELECT a.tenant_id, a.id, o.id, true, 'first' FROM app.application a
  JOIN app.order o ON o.date = current_setting('seed.today')::date - 30 * greatest(0, (current_setting('seed.today')::date - a.due_on) / 30)
  WHERE a.status = 'decided';

-- The journal, a chain of hashes for each year as app.append_journal writes it.
CREATE FUNCTION pg_temp.linked(state bytea, line text) RETURNS bytea LANGUAGE sql IMMUTABLE
  AS $$ SELECT sha256(state || convert_to(line, 'UTF8')) $$;
CREATE AGGREGATE pg_temp.chain(text) (SFUNC = pg_temp.linked, STYPE = bytea, INITCOND = '');
INSERT INTO app.registration (tenant_id, year, line, kind, number, date, application_id, submitted_on, person, position,
    organisation, municipality, held_category, category, form, ground, registered_by, salt, digest, previous, hash)
  SELECT tenant_id, year, number, 'entry', number, date, id, day, person, position, organisation, municipality, '', 'first', 'in_person',
    ground, registered_by, salt, digest, coalesce(lag(hash) OVER (PARTITION BY year ORDER BY number), ''), hash
  FROM (SELECT *, pg_temp.chain(jsonb_build_array(year, number, 'entry', number, date, NULL::int, tenant_id, encode(digest, 'hex'))::text)
      OVER (PARTITION BY year ORDER BY number) AS hash
    FROM (SELECT *, sha256(convert_to(jsonb_build_array(salt, person, position, organisation)::text, 'UTF8')) AS digest
      FROM (SELECT a.tenant_id, j.year, j.number, j.date, a.id, a.submitted_at::date AS day,
          concat_ws(' ', a.surname, a.name, a.patronymic) AS person, q.name AS position, o.name AS organisation,
          m.name AS municipality, coalesce(g.name, '') AS ground, c.person AS registered_by, gen_random_uuid() AS salt
        FROM journal j JOIN app.application a ON a.id = j.id JOIN post q ON q.code = a.position
        JOIN school o ON o.tenant = a.tenant_id AND o.id = a.organisation_id JOIN app.municipality m ON m.id = a.tenant_id
        JOIN coordinator c ON c.tenant = a.tenant_id LEFT JOIN app.ref_ground g ON g.code = a.ground) line) digested) linked;
INSERT INTO app.journal_counter (year, lines, last_number, last_date, last_hash)
  SELECT DISTINCT ON (year) year, line, number, date, hash FROM app.registration ORDER BY year, line DESC;

DO $$
DECLARE
  index text;
BEGIN
  FOR index IN SELECT definition FROM later LOOP EXECUTE index; END LOOP;
END $$;

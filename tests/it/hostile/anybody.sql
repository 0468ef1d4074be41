-- What every login tries, whoever it is. The format is in ../hostile.rs.

-- attack: becomes the owner of the tables
-- expect: 42501
SET ROLE attest_owner;

-- attack: becomes the owner of the definer functions
-- expect: 42501
SET ROLE attest_definer;

-- attack: becomes the mover of rows
-- expect: 42501
SET ROLE attest_mover;

-- attack: becomes the backup, which no policy binds
-- expect: 42501
SET ROLE attest_backup;

-- attack: becomes the migrator
-- expect: 42501
SET SESSION AUTHORIZATION attest_migrator;

-- attack: becomes the superuser
-- expect: 42501
SET SESSION AUTHORIZATION postgres;

-- attack: drops its role to find a stronger one below
-- expect: 42501 or nothing
RESET ROLE;
RESET SESSION AUTHORIZATION;
SELECT * FROM app.card WHERE tenant_id = :their_tenant;

-- attack: joins a stronger role
-- expect: 42501
GRANT attest_backup TO CURRENT_USER;

-- attack: makes a superuser
-- expect: 42501
CREATE ROLE mallory SUPERUSER LOGIN;

-- attack: takes row-level security off for itself
-- expect: 42501
SET row_security = off;
SELECT * FROM app.letter WHERE tenant_id = :their_tenant;

-- attack: takes row-level security off the table
-- expect: 42501
ALTER TABLE app.card DISABLE ROW LEVEL SECURITY;

-- attack: makes a policy of its own
-- expect: 42501
CREATE POLICY mine ON app.card FOR SELECT TO CURRENT_USER USING (true);

-- attack: drops the narrower policy
-- expect: 42501
DROP POLICY person ON app.application;

-- attack: switches triggers off
-- expect: 42501
SET session_replication_role = replica;

-- attack: drops the guard of moves
-- expect: 42501
DROP TRIGGER guard ON app.application;

-- attack: sets a trigger that copies rows out
-- expect: 42501
CREATE TRIGGER copies AFTER INSERT ON app.application EXECUTE FUNCTION app.wake_worker();

-- attack: shadows a table by a temporary one
-- expect: 42501
CREATE TEMPORARY TABLE application (id bigint);

-- attack: shadows a function of the policies by a temporary one
-- expect: 42501
CREATE FUNCTION pg_temp.ctx_tenant() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- attack: makes a definer function where everybody looks
-- expect: 42501
CREATE FUNCTION app.mine() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM app.card';

-- attack: replaces the context function
-- expect: 42501
CREATE OR REPLACE FUNCTION app.ctx_tenant() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';

-- attack: looks through a view
-- expect: 42501
CREATE VIEW app.peek AS SELECT * FROM app.application;

-- attack: makes a table in the public schema
-- expect: 42501
CREATE TABLE public.mine (id int);

-- attack: makes a schema to be searched first
-- expect: 42501
CREATE SCHEMA mine;

-- attack: rewrites reading by a rule
-- expect: 42501
CREATE RULE peek AS ON UPDATE TO app.letter DO ALSO SELECT 1;

-- attack: searches other schemas first
-- expect: 42501 or nothing
SET search_path = pg_temp, public, app;
SELECT * FROM card WHERE tenant_id = :their_tenant;

-- attack: empties a table past the policies
-- expect: 42501
TRUNCATE app.application CASCADE;

-- attack: deletes what is theirs
-- expect: 42501
DELETE FROM app.application WHERE tenant_id = :their_tenant;

-- attack: locks everybody out of a table
-- expect: 42501
BEGIN;
LOCK TABLE app.card IN ACCESS EXCLUSIVE MODE;

-- attack: writes a move into the table of moves
-- expect: 42501
INSERT INTO app.transition (from_status, to_status, route, role) VALUES ('draft', 'registered', 'none', 'teacher');

-- attack: makes policies by the procedure of the migrations
-- expect: 42501
CALL app.case_policies('card', '{attest_tenant}');

-- attack: copies a table out
-- expect: 42501 or nothing
COPY (SELECT * FROM app.card WHERE tenant_id = :their_tenant) TO STDOUT;

-- attack: copies a table into a file
-- expect: 42501
COPY (SELECT 1) TO '/tmp/attest-hostile';

-- attack: runs a program
-- expect: 42501
COPY (SELECT 1) TO PROGRAM 'cat';

-- attack: reads a program
-- expect: 42501
COPY app.application_event FROM PROGRAM 'id';

-- attack: copies rows in, past WITH CHECK
-- expect: 42501 or 0A000
COPY app.letter (tenant_id, public_id, account_id, kind) FROM STDIN;
\.

-- attack: reads a file
-- expect: 42501
SELECT pg_read_file('/etc/passwd');

-- attack: lists a directory
-- expect: 42501
SELECT pg_ls_dir('.');

-- attack: takes a file in as a large object
-- expect: 42501
SELECT lo_import('/etc/passwd');

-- attack: leaves a large object, outside row-level security, for others to read
-- expect: 42501
SELECT lo_from_bytea(0, 'x');

-- attack: reads large objects
-- expect: 42501
SELECT lo_get(1);

-- attack: ends the others' sessions
-- expect: 42501
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid();

-- attack: cancels the others' statements
-- expect: 42501
SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid();

-- attack: brings in an extension that connects elsewhere
-- expect: 42501
CREATE EXTENSION dblink;

-- attack: makes a foreign server
-- expect: 42501 or 42704
CREATE SERVER out FOREIGN DATA WRAPPER postgres_fdw;

-- attack: changes the cluster's settings
-- expect: 42501
ALTER SYSTEM SET log_statement = 'all';

-- attack: changes another login's defaults
-- expect: 42501
ALTER ROLE attest_backup SET app.tenant = '1';

-- attack: changes the database's defaults
-- expect: 42501
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET app.tenant = 1', current_database()); END $$;

-- attack: reads the passwords of logins
-- expect: 42501
SELECT rolpassword FROM pg_authid;

-- attack: reads the planner's samples of rows
-- expect: nothing
SELECT tablename, attname, most_common_vals, histogram_bounds FROM pg_stats
WHERE schemaname = 'app' AND row_security_active(('app.' || tablename)::regclass)
  AND (most_common_vals IS NOT NULL OR histogram_bounds IS NOT NULL);

-- attack: reads the planner's samples beneath the view
-- expect: 42501
SELECT * FROM pg_statistic;

-- attack: reads what others are asking
-- expect: nothing of theirs
SELECT usename, query FROM pg_stat_activity;

-- attack: reads the settings of other sessions
-- expect: nothing of theirs
SELECT name, setting FROM pg_settings;

-- attack: reads how much there is from a sequence
-- expect: 42501
SELECT last_value FROM app.application_id_seq;

-- attack: reads how much there is from the catalogue of sequences
-- expect: nothing
SELECT last_value FROM pg_sequences WHERE schemaname = 'app' AND last_value IS NOT NULL;

-- attack: moves a sequence back, so that others collide
-- expect: 42501
SELECT setval('app.application_id_seq', 1);

-- attack: takes a number from a sequence
-- expect: 42501
SELECT nextval('app.application_id_seq');

-- attack: hears what the worker is told
-- expect: nothing of theirs
LISTEN attest_work;
NOTIFY attest_work, 'letter';

-- attack: asks every table there is for anything of theirs
-- expect: nothing of theirs
DO $$
DECLARE
  t text;
  found text;
BEGIN
  FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r' LOOP
    BEGIN
      EXECUTE format('SELECT string_agg(x::text, '' '') FROM app.%I x', t) INTO found;
      RAISE NOTICE '%: %', t, found;
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
  END LOOP;
END $$;

-- attack: asks every column it may read for anything of theirs
-- expect: nothing of theirs
DO $$
DECLARE
  c record;
  found text;
BEGIN
  FOR c IN SELECT relname, attname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
           WHERE relnamespace = 'app'::regnamespace AND relkind = 'r' AND attnum > 0
             AND has_column_privilege(t.oid, attnum, 'SELECT') LOOP
    EXECUTE format('SELECT string_agg(%I::text, '' '') FROM app.%I', c.attname, c.relname) INTO found;
    RAISE NOTICE '%.%: %', c.relname, c.attname, found;
  END LOOP;
END $$;

-- attack: changes whatever column it may, of every row of theirs there is
-- expect: 42501 or nothing or DO
DO $$
DECLARE
  c record;
  touched bigint;
BEGIN
  FOR c IN SELECT relname, attname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
           WHERE relnamespace = 'app'::regnamespace AND relkind = 'r' AND attnum > 0
             AND relname NOT IN ('letter', 'job', 'organisation')
             AND EXISTS (SELECT FROM pg_attribute k WHERE k.attrelid = t.oid AND k.attname = 'tenant_id' AND k.attnotnull)
             AND has_column_privilege(t.oid, attnum, 'UPDATE') LOOP
    BEGIN
      EXECUTE format('UPDATE app.%I SET %I = %2$I WHERE tenant_id = current_setting(''their.tenant'')::int',
                     c.relname, c.attname);
      GET DIAGNOSTICS touched = ROW_COUNT;
      IF touched > 0 THEN RAISE EXCEPTION 'touched %', c.relname USING ERRCODE = 'XX001'; END IF;
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
  END LOOP;
END $$;

-- attack: asks whether somebody else's cabinet is open
-- expect: 42501 or nothing
SELECT app.still(:their_account, 1, 'teacher', :their_membership);

-- attack: asks for the login and address of another municipality's person
-- expect: nothing of theirs
SELECT * FROM app.people_logins(ARRAY[:their_account, :their_expert_account]::bigint[]);

-- attack: asks for the account in another's name
-- expect: nothing of theirs
SELECT * FROM app.my_account();

-- attack: asks for the assignments of whoever
-- expect: 42501 or {} or t
SELECT app.my_assigned();
SELECT NOT :their_application = ANY (app.my_assigned());

-- attack: places another municipality's teacher
-- expect: 42501
SELECT app.place_teacher(:their_request, :my_organisation);

-- attack: asks for the phone and the address in another municipality's case
-- expect: nothing of theirs
SELECT * FROM app.contacts(ARRAY[:their_draft, :my_application]::bigint[]);

-- attack: counts the load of another municipality's experts
-- expect: nothing of theirs
SELECT * FROM app.expert_loads();

-- attack: writes a line of the journal
-- expect: 42501
SELECT app.append_journal(a, 'entry', NULL, '', '') FROM app.application a LIMIT 1;

-- attack: asks for a name in the journal
-- expect: nothing of theirs
SELECT app.acting_name();

-- attack: gives a number to another municipality's application
-- expect: 42501
SELECT app.register_application(:their_submitted);

-- attack: corrects another municipality's line of the journal
-- expect: 42501
SELECT app.correct_journal(:their_application, 'отозвано');

-- attack: asks for another municipality's coordinators
-- expect: 42501 or nothing of theirs
SELECT app.recipients();

-- attack: asks whether another municipality's person may be written to
-- expect: 42501 or nothing
SELECT app.addressee(:their_account, :their_application);

-- attack: calls what only the mover's and the removal's functions call
-- expect: nothing
DO $$
DECLARE
  s text;
BEGIN
  FOREACH s IN ARRAY ARRAY['SELECT app.live()', 'SELECT app.is_coordinator()', 'SELECT app.is_active(1)',
      'SELECT app.has_organisation(1, 1)', 'SELECT app.leave_final(1, ''{1}'')', 'SELECT app.leave_organisation(1, 2, 1)',
      'SELECT app.follow_cases(1, 2, ''{1}'')', 'SELECT app.move_people(1, 2, ''{1}'', 1, ''x'')',
      'SELECT app.move_organisation(1, 2, 1)', 'SELECT app.instead(1, ''{1}'', ''{2}'')',
      'SELECT app.only_here(1)', 'SELECT app.touched_by(1, ''{1}'')', 'SELECT app.own_keys(1)',
      'SELECT app.remove_municipality(1, gen_random_uuid())', 'SELECT app.has_cabinets(1)',
      'SELECT app.has_others(1, 1)', 'SELECT app.traces_of(1)', 'SELECT app.erase_account(1)',
      'SELECT app.erase_teacher(1, 1)', 'SELECT app.erase_cases(1, ''{1}'')', 'SELECT app.orphan_belongings(1)',
      'SELECT app.erase_of_cabinets(1, ''{1}'', ''{}'')', 'SELECT app.erase_everywhere(1, ''{1}'')',
      'SELECT app.withdraw_account(1, ''{1}'')', 'SELECT app.destroy_cases(NULL, ''{1}'')', 'SELECT app.act_in_hand(''term'')',
      'SELECT app.tell_destroyed(''term'', ''case'', 1, gen_random_uuid(), '''', 0)', 'SELECT app.unname_published(''{1}'')',
      'SELECT app.documents_of(1)', 'SELECT app.final_through()', 'SELECT app.due_cases(1, 0)',
      'SELECT app.journal_places(''{1}'')', 'SELECT app.bare_accounts(1, 0)', 'SELECT app.lock_teacher(''{1}'', 1)', 'SELECT app.taught_in(1)',
      'SELECT app.merge_municipality(''a'', ''b'', true)'] LOOP
    BEGIN
      EXECUTE s;
      RAISE EXCEPTION 'allowed: %', s USING ERRCODE = 'XX001';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
  END LOOP;
END $$;

-- attack: writes where only functions write, rewrites the seals of the audit, reads what was removed
-- expect: nothing
DO $$
DECLARE
  s text;
BEGIN
  FOREACH s IN ARRAY ARRAY['INSERT INTO app.transfer (tenant_id) VALUES (1)', 'UPDATE app.transfer SET agreed_to_by = 1',
      'DELETE FROM app.transfer', 'UPDATE app.audit_seal SET mac = mac', 'DELETE FROM app.audit_seal',
      'TRUNCATE app.audit_seal', 'INSERT INTO app.audit_seal (at) VALUES (now())',
      'UPDATE app.audit_event SET xact = 1', 'INSERT INTO app.audit_event (act, xact) VALUES (''x'', 1)',
      'DELETE FROM app.audit_event', 'DELETE FROM app.municipality_export',
      'UPDATE app.municipality_export SET asked_by = NULL', 'SELECT * FROM app.removal', 'DELETE FROM app.removal',
      'INSERT INTO app.removal (municipality_id, export_id) VALUES (1, gen_random_uuid())',
      'SELECT * FROM app.leftover', 'DELETE FROM app.leftover',
      'INSERT INTO app.leftover (municipality_id, kind, value) VALUES (1, ''object'', ''x'')'] LOOP
    BEGIN
      EXECUTE s;
      RAISE EXCEPTION 'allowed: %', s USING ERRCODE = 'XX001';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
  END LOOP;
END $$;

-- attack: puts a seal into the chain that is none (the worker may add whole ones, and has no key in the database)
-- expect: 42501 or 23514
INSERT INTO app.audit_seal (number, after_xact, after_id, last_xact, last_id, rows, through, digest, previous, mac)
VALUES (1, 0, 0, 1, 1, 1, now(), sha256('x'), sha256('y'), 'mine');

-- attack: moves itself to another municipality with what it has submitted
-- expect: 42501
SELECT app.move_own(:their_tenant, :their_organisation);

-- attack: asks for the transfer of another municipality's teacher
-- expect: 42501
SELECT app.ask_transfer(gen_random_uuid(), 'teacher', :their_membership, :their_tenant, 'x');

-- attack: agrees to the transfer of others
-- expect: 42501
SELECT app.agree_transfer(:their_tenant, :their_transfer, 1, :my_organisation);

-- attack: declines the transfer of others
-- expect: 42501
SELECT app.close_transfer(:their_tenant, :their_transfer, 1, 'declined', 'x');

-- attack: finds drafts by their words
-- expect: 42501 or nothing
SELECT app.search_applications('чужаятайна', 'чужаятайна');
SELECT app.search_people('чужаятайна', '');

-- attack: asks the journal and the municipalities for more than numbers
-- expect: 42501 or nothing of theirs
SELECT app.check_journal();
SELECT app.coordinators();

-- attack: takes the logins of people while nothing is exported, asks who administers and who may be named
-- expect: 42501 or nothing
SELECT app.export_accounts(0, 1000);
SELECT app.may_publish(ARRAY[:their_account]);
SELECT app.still_institute(:their_account, :their_membership, 'admin');

-- attack: takes what is kept about people while nobody has asked for its own
-- expect: 42501 or nothing
SELECT count(*) FROM generate_series(1, 1000) p, LATERAL app.own_data(p) HAVING count(*) > 0;

-- attack: asks who invites by a link it does not have
-- expect: 42501 or nothing
SELECT r FROM app.inviter_roles() r WHERE r IS NOT NULL;

-- attack: counts whose term is over in all municipalities
-- expect: 42501 or nothing
SELECT overdue FROM app.overdue('1900-01-01') WHERE overdue > 0;
SELECT waiting FROM app.to_destroy() waiting WHERE waiting > 0;

-- attack: queues reminders nobody waits for
-- expect: 42501
SELECT set_config('app.now', '2099-01-01T00:00:00Z', false) IS NULL;
SELECT app.remind('{10, 3, 0}');

-- attack: counts what others are reminded of
-- expect: 42501 or nothing
SELECT * FROM app.reminded_terms(:their_account, '2099-01-01', '{10, 3, 0}');

-- attack: writes down that everybody was reminded
-- expect: 42501
INSERT INTO app.reminder (municipality_id, day) VALUES (:their_tenant, '2099-01-01');

-- attack: counts whose terms end in another municipality, and who is to register there
-- expect: 42501 or nothing of theirs
SELECT * FROM app.ending_terms(:their_tenant, NULL, '2099-01-01', '{10, 3, 0}');
SELECT app.registrars(:their_tenant);

-- attack: completes periods that still wait, and lets versions count as told that tell of nothing
-- expect: 42501 or nothing
SELECT app.complete_periods();
SELECT app.tell_schedule(0);

-- attack: has a municipality exported in another's name
-- expect: 42501
INSERT INTO app.municipality_export (tenant_id, public_id, asked_by) VALUES (:their_tenant, gen_random_uuid(), :their_account);

-- attack: has the worker export a municipality in another's name
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, object_id, account_id, membership_id, role)
VALUES (:their_tenant, 'municipality_export', 1, :their_account, :their_membership, 'admin');

-- attack: erases an account by the mover's setting
-- expect: 42501
SELECT set_config('app.leaving', format('{%s}', :their_account), false) IS NULL;
DELETE FROM app.account WHERE id = :their_account;

-- attack: asks whom of the institute it may help
-- expect: 42501 or nothing
SELECT * FROM app.helpable(ARRAY[:my_admin_account]::bigint[]);

-- attack: asks whether somebody of another municipality was helped lately
-- expect: 42501 or nothing of theirs
SELECT app.no_reset_until(:their_account);

-- attack: helps an administrator into an account
-- expect: 42501 or 23514
SELECT app.help_account(:my_admin_account, 'email', gen_random_uuid(), '\x00', 'mine@example.test', now() + interval '1 day');

-- attack: takes the second factor off an administrator
-- expect: 42501 or 23514
SELECT app.reset_factor(:my_admin_account);

-- attack: puts a passkey of its own at another account
-- expect: 42501
INSERT INTO app.passkey (public_id, account_id, name, credential, sha256, transports, key, state)
VALUES (gen_random_uuid(), :their_account, 'mine', '0123456789abcdef', sha256('0123456789abcdef'), 0, '', '');
-- attack: deletes somebody's registration without the link
-- expect: 42501 or nothing
SELECT * FROM app.deletion_in_hand();
SELECT * FROM app.delete_registration();

-- attack: deletes somebody's registration by the row of the link
-- expect: 42501 or nothing
SELECT set_config('app.token', encode(token_sha256, 'hex'), false) IS NULL FROM app.deletion WHERE tenant_id = :their_tenant;
SELECT * FROM app.delete_registration();

-- attack: asks which objects of another municipality there are
-- expect: 42501 or nothing of theirs
SELECT app.named_keys(ARRAY['t/' || :their_tenant || '/seed']);

-- attack: has an object of another municipality deleted
-- expect: 42501
INSERT INTO app.orphan (key) SELECT 't/' || :their_tenant || '/seed';

-- attack: offers somebody of another municipality to delete its data
-- expect: 42501
INSERT INTO app.deletion (tenant_id, public_id, membership_id, account_id, nonce, token_sha256, expires_at)
VALUES (:their_tenant, gen_random_uuid(), :their_membership, :their_account, gen_random_uuid(), '\x01', now() + interval '1 day');

-- attack: erases somebody of another municipality as itself
-- expect: 42501 or nothing of theirs
SELECT set_config('app.account', :'their_account', false) IS NULL;
SELECT app.hindrance();
SELECT app.erase_own();

-- attack: destroys cases before their time, outside the worker's run
-- expect: 42501
SELECT set_config('app.now', '2099-01-01T00:00:00Z', false) IS NULL;
SELECT app.destroy_due(1000, 0);

-- attack: asks what is kept of somebody, and how much in all
-- expect: 42501 or nothing of theirs
SELECT * FROM app.kept_of_own();
SELECT * FROM app.retention_counts();

-- attack: makes an act nobody needs, and statistics of nothing
-- expect: 42501
INSERT INTO app.destruction_act (year, number, basis) VALUES (2026, 1, 'term');

-- attack: takes a line out of an act
-- expect: 42501
DELETE FROM app.destroyed;

-- attack: dates a case final that is not, to have it destroyed
-- expect: 42501
UPDATE app.application SET final_on = '1990-01-01' WHERE id = :their_application;

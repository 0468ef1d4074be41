-- The login of teachers, school and municipal coordinators.

-- attack: reads applications by their municipality
-- as: municipal
-- expect: nothing
SELECT * FROM app.application WHERE tenant_id = :their_tenant;

-- attack: reads an application by its public id
-- as: municipal
-- expect: nothing
SELECT * FROM app.application WHERE public_id = :'their_public';

-- attack: tells an application that is there from one that is not
-- as: municipal
-- expect: same
SELECT * FROM app.application WHERE id = :their_application;
UPDATE app.application SET version = version + 1 WHERE id = :their_application;

-- attack: another's draft in the own municipality
-- as: municipal
-- expect: nothing
SELECT * FROM app.application WHERE id = :my_draft;

-- attack: a colleague's application, as a teacher
-- as: teacher
-- expect: nothing
SELECT * FROM app.application WHERE id = :my_draft;

-- attack: another organisation's application, as a school coordinator
-- as: school
-- expect: nothing
SELECT * FROM app.application WHERE id = :my_submitted;

-- attack: joins its way out
-- as: municipal
-- expect: nothing
SELECT a.* FROM app.municipality m LEFT JOIN app.application a ON a.tenant_id = m.id WHERE m.id = :their_tenant AND a.id IS NOT NULL;

-- attack: a sub-select, a union, a recursion
-- as: municipal
-- expect: nothing
WITH RECURSIVE r AS (SELECT id FROM app.application WHERE tenant_id = :their_tenant
  UNION SELECT a.id FROM app.application a JOIN r ON a.previous_id = r.id)
SELECT * FROM r UNION ALL SELECT application_id FROM app.file WHERE tenant_id = :their_tenant;

-- attack: divides by zero on their rows, to see whether there are any
-- as: municipal
-- expect: nothing
SELECT 1 / (length(surname) - length(surname)) FROM app.application WHERE tenant_id = :their_tenant;

-- attack: casts their names into an error message
-- as: municipal
-- expect: nothing
SELECT surname::int FROM app.membership WHERE tenant_id = :their_tenant;

-- attack: casts every name of somebody else into an error message before the policy is asked
-- as: municipal
-- expect: nothing
SELECT * FROM app.membership WHERE tenant_id <> :my_tenant AND surname::int > 0;

-- attack: explains a plan over their rows
-- as: municipal
-- expect: nothing of theirs
EXPLAIN (ANALYZE, VERBOSE, COSTS) SELECT surname FROM app.application WHERE tenant_id = :their_tenant;

-- attack: a prepared statement with their number
-- as: municipal
-- expect: nothing
PREPARE peek (int) AS SELECT * FROM app.application WHERE tenant_id = $1;
EXECUTE peek(:my_missing);
EXECUTE peek(:their_tenant);

-- attack: a cursor held across transactions
-- as: municipal
-- expect: nothing
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT * FROM app.file WHERE tenant_id = :their_tenant;
COMMIT;
FETCH ALL FROM held;

-- attack: updates with RETURNING
-- as: municipal
-- expect: nothing
UPDATE app.application SET version = version + 1 WHERE tenant_id = :their_tenant RETURNING *;

-- attack: merges into their rows
-- as: municipal
-- expect: nothing
MERGE INTO app.withdrawal w USING (SELECT 1) x ON w.tenant_id = :their_tenant
WHEN MATCHED THEN UPDATE SET answer = 'чужой ответ';

-- attack: merges a row into their municipality
-- as: municipal
-- expect: 42501
MERGE INTO app.schedule_row s USING (SELECT 1) x ON s.tenant_id = :their_tenant
WHEN NOT MATCHED THEN INSERT (tenant_id, application_id) VALUES (:their_tenant, :their_submitted);

-- attack: locks their rows
-- as: municipal
-- expect: nothing
SELECT id FROM app.application WHERE tenant_id = :their_tenant FOR UPDATE NOWAIT;

-- attack: takes the lock of their case: it reads nothing (a known limit: it can make them wait)
-- as: municipal
-- expect: nothing of theirs
SELECT pg_try_advisory_xact_lock(hashtextextended(:'their_public', 0));

-- attack: moves a row of its own to them
-- as: municipal
-- expect: 42501
UPDATE app.application SET tenant_id = :their_tenant WHERE id = :my_submitted;

-- attack: takes a row of theirs
-- as: municipal
-- expect: 42501
UPDATE app.application SET tenant_id = :my_tenant WHERE id = :their_submitted;

-- attack: changes the route
-- as: municipal
-- expect: 42501
UPDATE app.application SET route = 'municipal' WHERE id = :my_operators;

-- attack: changes the day of submission
-- as: municipal
-- expect: 42501
UPDATE app.application SET submitted_at = now() WHERE id = :my_submitted;

-- attack: changes the term
-- as: municipal
-- expect: 42501
UPDATE app.application SET due_on = due_on + 100 WHERE id = :my_submitted;

-- attack: changes what was submitted
-- as: municipal
-- expect: 42501
UPDATE app.application SET procedure = 'general', ground = NULL WHERE id = :my_operators;

-- attack: registers an application of the operator's route
-- as: municipal
-- expect: 42501
UPDATE app.application SET status = 'registered' WHERE id = :my_operators;

-- attack: registers it by the journal's function alone
-- as: municipal
-- expect: 42501
SELECT app.register_application(:my_operators);

-- attack: registers it in two steps: first makes the organisation municipal
-- as: municipal
-- expect: 42501
UPDATE app.organisation SET founder_kind = 'municipal' WHERE tenant_id = :my_tenant;
UPDATE app.application SET status = 'registered' WHERE id = :my_operators;

-- attack: registers it in two steps: first moves it to another organisation
-- as: municipal
-- expect: 42501
UPDATE app.application SET organisation_id = :my_organisation WHERE id = :my_operators;
UPDATE app.application SET status = 'registered' WHERE id = :my_operators;

-- attack: registers it back from a state it is not in
-- as: municipal
-- expect: 42501
BEGIN;
UPDATE app.application SET status = 'draft' WHERE id = :my_operators;
UPDATE app.application SET status = 'formed' WHERE id = :my_operators;
UPDATE app.application SET status = 'registered' WHERE id = :my_operators;
COMMIT;

-- attack: registers it as an operator that it claims to be
-- as: municipal
-- expect: 42501 or nothing
SELECT set_config('app.role', 'operator', false) IS NULL;
UPDATE app.application SET status = 'registered' WHERE id = :my_operators;

-- attack: registers without a line of the journal
-- as: municipal
-- expect: 42501
UPDATE app.application SET status = 'registered' WHERE id = :my_submitted;

-- attack: registers its own application, as a teacher
-- as: teacher
-- expect: 42501
UPDATE app.application SET status = 'decided' WHERE id = :my_application;

-- attack: vouches for its own application, as a teacher
-- as: teacher
-- expect: 42501
UPDATE app.application SET vouched_at = now() WHERE id = :my_application;

-- attack: takes the reason of a rejection away, as a school coordinator
-- as: school
-- expect: 42501
UPDATE app.application SET rejection = 'x' WHERE id = :my_application;

-- attack: accepts its own withdrawal, as a teacher
-- as: teacher
-- expect: 42501
UPDATE app.withdrawal SET state = 'accepted', file_id = :my_file WHERE application_id = :my_application;

-- attack: accepts a conclusion, which is the operator's
-- as: municipal
-- expect: 42501
UPDATE app.conclusion SET place = 'accepted' WHERE application_id = :my_application;

-- attack: brings a registered row along
-- as: teacher
-- expect: 42501
INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id, status, route, submitted_at)
VALUES (:my_tenant, gen_random_uuid(), :my_card, :my_account, :my_membership, :my_organisation, 'registered', 'municipal', now());

-- attack: brings a number along
-- as: teacher
-- expect: 42501
INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id, registered_number)
VALUES (:my_tenant, gen_random_uuid(), :my_card, :my_account, :my_membership, :my_organisation, 1);

-- attack: begins an application in their municipality
-- as: teacher
-- expect: 42501
INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id)
VALUES (:their_tenant, gen_random_uuid(), :their_card, :my_account, :their_membership, :their_organisation);

-- attack: begins an application in another's name
-- as: teacher
-- expect: 42501
INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id)
VALUES (:my_tenant, gen_random_uuid(), :my_card, :their_account, :their_membership, :my_organisation);

-- attack: hangs a card on their membership: there or not, the answer is one
-- as: teacher
-- expect: same
INSERT INTO app.card (tenant_id, public_id, membership_id, account_id) VALUES (:my_tenant, gen_random_uuid(), :their_membership, :my_account);

-- attack: names their organisation in its card: there or not, the answer is one
-- as: teacher
-- expect: same
UPDATE app.card SET organisation_id = :their_organisation WHERE id = :my_card;

-- attack: hangs a file on their application: there or not, the answer is one
-- as: municipal
-- expect: same
INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, by_role)
VALUES (:my_tenant, gen_random_uuid(), :their_application, 't/x', 'x', 'application/pdf', 1, '\x00', 'municipal');

-- attack: hangs a file on their application, in their municipality
-- as: municipal
-- expect: 42501
INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, by_role)
VALUES (:their_tenant, gen_random_uuid(), :their_application, 't/x', 'x', 'application/pdf', 1, '\x00', 'municipal');

-- attack: attaches their file to an application of its own: there or not, the answer is one
-- as: teacher
-- expect: same
INSERT INTO app.attachment (tenant_id, public_id, application_id, file_id, kind, by_role, by_account)
VALUES (:my_tenant, gen_random_uuid(), :my_application, :their_file, 'results_table', 'teacher', :my_account);

-- attack: brings a numbered row along
-- as: municipal
-- expect: 42501
INSERT INTO app.membership (tenant_id, id, public_id, account_id, role) OVERRIDING SYSTEM VALUE
VALUES (:my_tenant, :their_membership, gen_random_uuid(), :my_account, 'teacher');

-- attack: writes over their row by a conflict
-- as: teacher
-- expect: 42501
INSERT INTO app.card (tenant_id, public_id, membership_id, account_id)
VALUES (:my_tenant, :'their_card_public', :my_membership, :my_account)
ON CONFLICT (public_id) DO UPDATE SET education = 'чужое';

-- attack: probes for a name by a conflict
-- as: municipal
-- expect: same
INSERT INTO app.invitation (tenant_id, public_id, email, role, nonce, token_sha256, expires_at)
VALUES (:their_tenant, gen_random_uuid(), :'their_login' || '@example.test', 'expert', gen_random_uuid(), sha256('x'), now());

-- attack: makes itself a municipal coordinator
-- as: teacher
-- expect: 42501
INSERT INTO app.membership (tenant_id, public_id, account_id, role) VALUES (:my_tenant, gen_random_uuid(), :my_account, 'municipal');

-- attack: makes itself an expert of their municipality
-- as: teacher
-- expect: 42501
INSERT INTO app.membership (tenant_id, public_id, account_id, role) VALUES (:their_tenant, gen_random_uuid(), :my_account, 'expert');

-- attack: changes its role
-- as: teacher
-- expect: 42501
UPDATE app.membership SET role = 'municipal' WHERE account_id = :my_account;

-- attack: gives its cabinet to another account
-- as: municipal
-- expect: 42501
UPDATE app.membership SET account_id = :their_account WHERE tenant_id = :my_tenant;

-- attack: ends their cabinets
-- as: municipal
-- expect: nothing
UPDATE app.membership SET ended_at = now() WHERE tenant_id = :their_tenant OR account_id = :their_account;

-- attack: invites a municipal coordinator
-- as: municipal
-- expect: 42501
INSERT INTO app.invitation (tenant_id, public_id, email, role, nonce, token_sha256, expires_at)
VALUES (:my_tenant, gen_random_uuid(), 'x@example.test', 'municipal', gen_random_uuid(), sha256('y'), now());

-- attack: renames their organisation
-- as: municipal
-- expect: nothing
UPDATE app.organisation SET name = 'захвачено' WHERE id = :their_organisation;

-- attack: closes their request
-- as: municipal
-- expect: nothing
UPDATE app.organisation_request SET state = 'declined' WHERE id = :their_request;

-- attack: places their teacher
-- as: municipal
-- expect: same
SELECT app.place_teacher(:their_request, :my_organisation);

-- attack: places a teacher of its own in their organisation
-- as: municipal
-- expect: 23503
SELECT app.place_teacher(:my_request, :their_organisation);

-- attack: assigns an expert of theirs
-- as: municipal
-- expect: 42501 or 23514
INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id, expert_membership_id,
  expert_account_id, expert_name, assigned_by)
VALUES (:my_tenant, :my_application, :my_account, 2, :their_tenant, :their_expert, :their_expert_account, 'x', 1);

-- attack: tells an expert of theirs from nobody
-- as: municipal
-- expect: same
INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id, expert_membership_id,
  expert_account_id, expert_name, assigned_by)
VALUES (:my_tenant, :my_application, :my_account, 2, :their_tenant, :their_expert, :their_expert_account, 'x', 1);

-- attack: reads their requests to the Centre
-- as: municipal
-- expect: nothing
SELECT * FROM app.gap_request WHERE tenant_id = :their_tenant;

-- attack: reads what its municipality asks of the Centre, as a teacher
-- as: teacher
-- expect: nothing
SELECT * FROM app.gap_request;

-- attack: asks the Centre for them
-- as: municipal
-- expect: 42501
INSERT INTO app.gap_request (tenant_id, application_id, asked_by) VALUES (:their_tenant, :their_submitted, 1);

-- attack: answers for the Centre
-- as: municipal
-- expect: 42501
UPDATE app.gap_request SET state = 'declined', answer = 'x' WHERE tenant_id = :my_tenant;

-- attack: assigns its own expert to their application
-- as: municipal
-- expect: 42501
INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id, expert_membership_id,
  expert_account_id, expert_name, assigned_by)
VALUES (:their_tenant, :their_application, :their_account, 2, :my_tenant, :my_expert, :my_expert_account, 'x', 1);

-- attack: approves a period, which is the operator's
-- as: municipal
-- expect: 42501
UPDATE app.schedule_row SET mark = 'approved' WHERE tenant_id = :my_tenant;

-- attack: publishes a schedule
-- as: municipal
-- expect: 42501
INSERT INTO app.publication (kind, period_id, municipality_id, rows, sha256)
SELECT 'schedule', id, :my_tenant, '[]', '\x00' FROM app.period LIMIT 1;

-- attack: signs their schedule
-- as: municipal
-- expect: 42501
INSERT INTO app.municipal_schedule (tenant_id, public_id, period_id, s3_key, file_name, content_type, size, sha256, by_account)
SELECT :their_tenant, gen_random_uuid(), id, 'x', 'x', 'application/pdf', 1, '\x00', :my_coordinator_account
FROM app.period LIMIT 1;

-- attack: calls their schedule agreed
-- as: municipal
-- expect: nothing
UPDATE app.municipal_schedule SET state = 'agreed' WHERE tenant_id = :their_tenant;

-- attack: reads the signed schedule, as a teacher
-- as: teacher
-- expect: nothing
SELECT * FROM app.municipal_schedule;

-- attack: sets a period, as a teacher
-- as: teacher
-- expect: nothing
UPDATE app.schedule_row SET version = version + 1 WHERE application_id = :my_application;

-- attack: moves their conclusion
-- as: municipal
-- expect: nothing
UPDATE app.conclusion SET place = 'accepted' WHERE tenant_id = :their_tenant;

-- attack: detaches their document
-- as: municipal
-- expect: nothing
UPDATE app.attachment SET detached_at = now() WHERE tenant_id = :their_tenant;

-- attack: reads a document's key by the log of views
-- as: municipal
-- expect: nothing
SELECT f.s3_key FROM app.document_view v JOIN app.file f ON f.tenant_id = v.tenant_id AND f.id = v.file_id WHERE v.tenant_id = :their_tenant;

-- attack: rewrites the history
-- as: municipal
-- expect: 42501
UPDATE app.application_event SET words = 'ничего не было' WHERE tenant_id = :my_tenant;

-- attack: writes into their history
-- as: municipal
-- expect: 42501
INSERT INTO app.application_event (tenant_id, application_id, role, act, words) VALUES (:their_tenant, :their_application, 'municipal', 'x', 'x');

-- attack: writes the history in a colleague's name
-- as: municipal
-- expect: 42501
INSERT INTO app.application_event (tenant_id, application_id, account_id, role, act, words)
VALUES (:my_tenant, :my_application, :my_account, 'teacher', 'x', 'x');

-- attack: writes the history as another role
-- as: teacher
-- expect: 42501
INSERT INTO app.application_event (tenant_id, application_id, account_id, role, act, words)
VALUES (:my_tenant, :my_application, :my_account, 'operator', 'x', 'x');

-- attack: says that another looked at a document
-- as: municipal
-- expect: 42501
INSERT INTO app.document_view (tenant_id, application_id, file_id, account_id, role)
VALUES (:my_tenant, :my_application, :my_file, :my_expert_account, 'expert');

-- attack: withdraws in the teacher's name
-- as: school
-- expect: 42501
INSERT INTO app.withdrawal (tenant_id, public_id, application_id, reason, by_role, by_account)
VALUES (:my_tenant, gen_random_uuid(), :my_application, 'x', 'teacher', :my_account);

-- attack: uploads a conclusion in the expert's name
-- as: municipal
-- expect: 42501
INSERT INTO app.conclusion_file (tenant_id, application_id, conclusion_id, file_id, signed, by_account, by_role)
SELECT tenant_id, application_id, id, :my_file, 'all', :my_expert_account, 'expert' FROM app.conclusion WHERE application_id = :my_application;

-- attack: asks for a job of a kind that is not its own
-- as: municipal
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, account_id, membership_id, role) VALUES (:my_tenant, 'export', :my_account, :my_membership, 'municipal');

-- attack: asks for a job as another role
-- as: teacher
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, application_id, account_id, membership_id, role)
VALUES (:my_tenant, 'application_pdf', :my_application, :my_account, :my_membership, 'operator');

-- attack: asks for a job in another's name
-- as: teacher
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, application_id, account_id, membership_id, role)
VALUES (:my_tenant, 'application_pdf', :my_application, :their_account, :their_membership, 'teacher');

-- attack: asks for a job over their application
-- as: teacher
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, application_id, account_id, membership_id, role)
VALUES (:their_tenant, 'application_pdf', :their_application, :my_account, :my_membership, 'teacher');

-- attack: asks for a job over their application in its own municipality: there or not, the answer is one
-- as: teacher
-- expect: same
INSERT INTO app.job (tenant_id, kind, application_id, account_id, membership_id, role)
VALUES (:my_tenant, 'application_pdf', :their_application, :my_account, :my_membership, 'teacher');

-- attack: has something of the whole region printed
-- as: municipal
-- expect: 42501
INSERT INTO app.printout (public_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :my_account, :my_membership, 'operator', 'journal', '{"kind": "journal"}');

-- attack: has something printed in another municipality
-- as: municipal
-- expect: 42501
INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :their_tenant, :my_account, :my_membership, 'municipal', 'journal', '{"kind": "journal"}');

-- attack: has a journal printed as a teacher
-- as: teacher
-- expect: 42501
INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :my_tenant, :my_account, :my_membership, 'teacher', 'journal', '{"kind": "journal"}');

-- attack: has another's consents printed
-- as: teacher
-- expect: 42501
INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :my_tenant, :their_account, :my_membership, 'teacher', 'consent', '{"kind": "consent"}');

-- attack: has something printed as a teacher
-- as: teacher
-- expect: 42501
INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :my_tenant, :my_account, :my_membership, 'municipal', 'journal', '{"kind": "journal"}');

-- attack: reads what is queued
-- as: municipal
-- expect: 42501
SELECT * FROM app.job;

-- attack: has a letter sent to a person of theirs
-- as: municipal
-- expect: 42501
INSERT INTO app.letter (tenant_id, public_id, account_id, kind, application_id)
VALUES (:my_tenant, gen_random_uuid(), :their_account, 'registered', :my_application);

-- attack: has a letter sent about their application
-- as: municipal
-- expect: 42501
INSERT INTO app.letter (tenant_id, public_id, account_id, kind, application_id)
VALUES (:their_tenant, gen_random_uuid(), :my_account, 'registered', :their_application);

-- attack: has their invitation sent again: there or not, the answer is one
-- as: municipal
-- expect: same
INSERT INTO app.letter (tenant_id, public_id, invitation_id, kind) VALUES (:my_tenant, gen_random_uuid(), :their_invitation, 'invitation');

-- attack: reads the letters of others
-- as: municipal
-- expect: nothing
SELECT * FROM app.letter WHERE account_id <> :my_coordinator_account;

-- attack: writes the audit in another's name
-- as: municipal
-- expect: 42501
INSERT INTO app.audit_event (tenant_id, account_id, role, act) VALUES (:my_tenant, :their_account, 'municipal', 'application.register');

-- attack: writes the audit of their municipality
-- as: municipal
-- expect: 42501
INSERT INTO app.audit_event (tenant_id, account_id, role, act) VALUES (:their_tenant, :my_coordinator_account, 'municipal', 'application.register');

-- attack: chooses the time of its audit row
-- as: municipal
-- expect: 42501
INSERT INTO app.audit_event (at, tenant_id, account_id, role, act)
VALUES (now() - interval '1 year', :my_tenant, :my_coordinator_account, 'municipal', 'application.register');

-- attack: reads the audit
-- as: municipal
-- expect: 42501
SELECT * FROM app.audit_event;

-- attack: reads the passwords of people
-- as: municipal
-- expect: 42501
SELECT login, password_phc FROM app.account;

-- attack: writes the journal
-- as: municipal
-- expect: 42501
UPDATE app.registration SET person = 'никто';

-- attack: reads the journal's counter
-- as: municipal
-- expect: 42501
SELECT * FROM app.journal_counter;

-- attack: reads their lines of the journal
-- as: municipal
-- expect: nothing
SELECT * FROM app.registration WHERE tenant_id = :their_tenant;

-- attack: corrects its own line of an application that is still registered
-- as: municipal
-- expect: 42501
SELECT app.correct_journal(:my_application, 'отозвано');

-- attack: finds their rows by hidden columns
-- as: municipal
-- expect: nothing
SELECT ctid, xmin, tableoid FROM app.application WHERE ctid IS NOT NULL AND tenant_id = :their_tenant;

-- attack: updates by the place of a row in the file
-- as: municipal
-- expect: nothing
UPDATE app.application SET version = version WHERE ctid = ANY (ARRAY(SELECT format('(0,%s)', n)::tid FROM generate_series(1, 200) n))
  AND tenant_id <> :my_tenant;

-- attack: garbage for a municipality
-- as: municipal
-- expect: 22P02
SELECT set_config('app.tenant', '1 OR true', false) IS NULL;
SELECT * FROM app.application;

-- attack: no municipality
-- as: municipal
-- expect: nothing
SELECT set_config('app.tenant', '', false) IS NULL;
SELECT * FROM app.application;

-- attack: an array of municipalities in the mover's setting
-- as: municipal
-- expect: nothing
SELECT set_config('app.moving', format('{%s}', :their_tenant), false) IS NULL;
SELECT * FROM app.application WHERE tenant_id = :their_tenant;

-- attack: the known limit: the context itself, forged inside the login
-- as: municipal
-- expect: theirs
SELECT set_config('app.tenant', :'their_tenant', false) IS NULL;
SELECT * FROM app.application WHERE tenant_id = :their_tenant;

-- attack: the known limit: the moment, forged inside the login, moves its own links of time only
-- as: municipal
-- expect: nothing of theirs
SELECT set_config('app.now', '2030-01-01', false) IS NULL;
SELECT app.region_today();
SELECT * FROM app.application WHERE tenant_id = :their_tenant;

-- attack: reads the transfers of others
-- as: municipal
-- expect: nothing
SELECT * FROM app.transfer WHERE tenant_id = :their_tenant;

-- attack: reads transfers, which are no school coordinator's
-- as: school
-- expect: nothing
SELECT * FROM app.transfer;

-- attack: reads a colleague's transfer
-- as: teacher
-- expect: nothing
SELECT * FROM app.transfer WHERE account_id <> :my_account;

-- attack: asks for the transfer of a teacher of theirs: there or not, the answer is one
-- as: municipal
-- expect: same
SELECT app.ask_transfer(gen_random_uuid(), 'teacher', :their_membership, :their_tenant, 'x');

-- attack: asks for the transfer of their organisation: there or not, the answer is one
-- as: municipal
-- expect: same
SELECT app.ask_transfer(gen_random_uuid(), 'organisation', :their_organisation, :their_tenant, 'x');

-- attack: agrees to a transfer between others: there or not, the answer is one
-- as: municipal
-- expect: same
SELECT app.agree_transfer(:their_tenant, :their_transfer, 1, :my_organisation);

-- attack: declines a transfer between others: there or not, the answer is one
-- as: municipal
-- expect: same
SELECT app.close_transfer(:their_tenant, :their_transfer, 1, 'declined', 'x');

-- attack: cancels a transfer of others while being nobody, anywhere
-- as: teacher
-- expect: 42501
SELECT set_config('app.tenant', '', false), set_config('app.account', '', false), set_config('app.membership', '', false) \gset ignored_
SELECT app.close_transfer(:their_tenant, :their_transfer, 1, 'cancelled', '');

-- attack: asks for the transfer of a colleague, as a teacher
-- as: teacher
-- expect: 42501
SELECT app.ask_transfer(gen_random_uuid(), 'teacher', :my_expert, :their_tenant, 'x');

-- attack: asks for the transfer of its organisation, as a school coordinator
-- as: school
-- expect: 42501
SELECT app.ask_transfer(gen_random_uuid(), 'organisation', :my_organisation, :their_tenant, 'x');

-- attack: asks for the transfer of its organisation, claiming to coordinate
-- as: teacher
-- expect: 42501
SELECT set_config('app.role', 'municipal', false) IS NULL;
SELECT app.ask_transfer(gen_random_uuid(), 'organisation', :my_organisation, :their_tenant, 'x');

-- attack: agrees to its own transfer, as a teacher
-- as: teacher
-- expect: 42501
SELECT app.agree_transfer(:my_tenant, :my_transfer, 1, :their_organisation);

-- attack: moves after it has submitted
-- as: teacher
-- expect: 42501
SELECT app.move_own(:their_tenant, NULL);

-- attack: closes a transfer as done
-- as: municipal
-- expect: 42501
SELECT app.close_transfer(:my_tenant, :my_transfer, 1, 'done', 'x');

-- attack: searches for their applications and people by words and by login
-- as: municipal
-- expect: nothing
SELECT app.search_applications('чужоедело', 'чужоедело');
SELECT app.search_people('чужоедело', :'their_login');

-- attack: searches for whatever lacks a word: more than it may read
-- as: municipal
-- expect: nothing
SELECT app.search_applications('!никогонет', '!никогонет') EXCEPT SELECT id FROM app.application;
SELECT app.search_people('!никогонет', '') EXCEPT SELECT id FROM app.membership;

-- attack: searches beyond its organisation, as a school coordinator
-- as: school
-- expect: nothing
SELECT app.search_applications('!никогонет', '!никогонет') EXCEPT SELECT id FROM app.application;
SELECT app.search_people('!никогонет', '');

-- attack: searches, which a teacher does not
-- as: teacher
-- expect: nothing
SELECT app.search_applications('!никогонет', '!никогонет');
SELECT app.search_people('!никогонет', '');

-- attack: searches with an operator's reach
-- as: municipal
-- expect: nothing
SELECT set_config('app.role', 'operator', false) IS NULL;
SELECT app.search_applications('!никогонет', '!никогонет');
SELECT app.search_people('!никогонет', '');
SELECT app.people_logins(ARRAY[:their_account]::bigint[]);

-- attack: asks itself for documents, to go on adding them
-- as: teacher
-- expect: 42501
INSERT INTO app.document_request (tenant_id, application_id, what, until, by_account, by_role)
VALUES (:my_tenant, :my_application, 'x', '2027-01-01', :my_account, 'teacher');

-- attack: lengthens the time for adding documents
-- as: teacher
-- expect: 42501
UPDATE app.document_request SET until = '2099-01-01';

-- attack: corrects what was submitted
-- as: municipal
-- expect: 42501
INSERT INTO app.correction (tenant_id, application_id, former, present, reason, by_account)
VALUES (:my_tenant, :my_application, '{}', '{}', 'x', :my_coordinator_account);

-- attack: reads the exports of municipalities
-- as: municipal
-- expect: 42501
SELECT * FROM app.municipality_export;

-- attack: has its municipality exported
-- as: municipal
-- expect: 42501
INSERT INTO app.municipality_export (tenant_id, public_id, asked_by) VALUES (:my_tenant, gen_random_uuid(), :my_coordinator_account);

-- attack: has the worker export its municipality
-- as: municipal
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, object_id, account_id, membership_id, role)
VALUES (:my_tenant, 'municipality_export', 1, :my_coordinator_account, :my_membership, 'municipal');

-- attack: signs a conclusion in the expert's place
-- as: school
-- expect: 42501
INSERT INTO app.conclusion_signature (tenant_id, application_id, edition, who, signed, by_account, by_role)
VALUES (:my_tenant, :my_application, 1, 'expert2', true, :my_account, 'school');

-- attack: reads the draft of a conclusion
-- as: teacher
-- expect: nothing
SELECT * FROM app.conclusion_form WHERE edition IS NULL;

-- attack: reads whom the coordinator reminded, and its registers
-- as: teacher
-- expect: nothing
SELECT account_id FROM app.conclusion_reminder UNION ALL SELECT id FROM app.handover UNION ALL SELECT id FROM app.handover_row;

-- attack: names in a register what is not with the Centre
-- as: municipal
-- expect: 42501
INSERT INTO app.handover_row (tenant_id, handover_id, application)
SELECT h.tenant_id, h.id, a.public_id FROM app.handover h, app.application a WHERE a.id = :my_submitted;

-- attack: confirms its own register
-- as: municipal
-- expect: 42501
UPDATE app.handover SET confirmed_at = now(), confirmed_by = 'Центр';

-- attack: helps another municipality's person into an account, by an address of its own
-- expect: 23514
SELECT app.help_account(:their_account, 'email', gen_random_uuid(), '\x00', 'mine@example.test', now() + interval '1 day');

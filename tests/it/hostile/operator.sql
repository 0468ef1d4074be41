-- The login of operators: they read what is submitted everywhere, and write only in the
-- municipality they have entered (:my_tenant here).

-- attack: reads drafts
-- expect: nothing
SELECT * FROM app.application WHERE id IN (:their_draft, :my_draft);

-- attack: tells a draft that is there from none
-- expect: same
SELECT * FROM app.application WHERE id = :their_draft;
UPDATE app.application SET version = version WHERE id = :their_draft;

-- attack: reads what hangs on drafts
-- expect: nothing
SELECT * FROM app.file WHERE application_id = :their_draft;

-- attack: reads cards
-- expect: 42501
SELECT * FROM app.card;

-- attack: reads requests for organisations
-- expect: 42501
SELECT * FROM app.organisation_request;

-- attack: reads letters of others
-- expect: nothing
SELECT * FROM app.letter WHERE tenant_id = :their_tenant;

-- attack: writes in a municipality it has not entered
-- expect: nothing
UPDATE app.application SET rejection = 'x' WHERE tenant_id = :their_tenant;

-- attack: writes in every municipality at once
-- expect: nothing
UPDATE app.withdrawal SET answer = 'x' WHERE tenant_id <> :my_tenant;

-- attack: adds a row to a case of a municipality it has not entered
-- expect: 42501
INSERT INTO app.application_event (tenant_id, application_id, role, act, words) VALUES (:their_tenant, :their_application, 'operator', 'x', 'x');

-- attack: writes the history in the coordinator's name
-- expect: 42501
INSERT INTO app.application_event (tenant_id, application_id, account_id, role, act, words)
VALUES (:my_tenant, :my_application, :my_coordinator_account, 'municipal', 'x', 'x');

-- attack: decides an application of a municipality it has not entered
-- expect: 42501
INSERT INTO app.decision (tenant_id, application_id, order_id, granted, category) VALUES (:their_tenant, :their_application, 1, true, 'highest');

-- attack: grants what is not decided
-- expect: 42501
INSERT INTO app.decision (tenant_id, application_id, order_id, granted, category)
SELECT tenant_id, application_id, order_id, true, 'first' FROM app.decision WHERE application_id = :my_application;

-- attack: turns a decision round
-- expect: 42501
UPDATE app.decision SET granted = NOT granted WHERE application_id = :my_application;

-- attack: supersedes a decision of a municipality it has not entered
-- expect: 42501
INSERT INTO app.decision (tenant_id, application_id, order_id, granted, category, supersedes_id)
SELECT tenant_id, application_id, order_id, false, category, id FROM app.decision WHERE application_id = :their_application;

-- attack: writes a line of the journal about a correction that was not made
-- expect: 42501
SELECT app.correct_journal(:my_application, 'superseded');

-- attack: corrects data in another's name
-- expect: 42501
INSERT INTO app.correction (tenant_id, application_id, former, present, reason, by_account)
VALUES (:my_tenant, :my_application, '{}', '{}', 'x', :my_coordinator_account);

-- attack: rewrites what was corrected
-- expect: 42501
UPDATE app.correction SET former = present;

-- attack: asks for documents in the coordinator's name
-- expect: 42501
INSERT INTO app.document_request (tenant_id, application_id, what, until, by_account, by_role)
VALUES (:my_tenant, :my_application, 'x', '2027-01-01', :my_coordinator_account, 'municipal');

-- attack: writes another number on an order
-- expect: 42501
UPDATE app.order SET number = 'x';

-- attack: approves a row without its experts
-- expect: 42501
UPDATE app.schedule_row SET period_id = (SELECT min(id) FROM app.period), mark = 'approved'
WHERE application_id = :my_application;

-- attack: approves a period without an order
-- expect: 42501
UPDATE app.period SET state = 'approved' WHERE state = 'open';

-- attack: completes a period that was never approved
-- expect: 42501
UPDATE app.period SET state = 'completed', order_no = '1', order_date = '2026-09-01' WHERE state = 'open';

-- attack: publishes in a municipality it has not entered
-- expect: 42501
INSERT INTO app.publication (kind, period_id, municipality_id, rows, sha256)
SELECT 'schedule', id, :their_tenant, '[]', '\x00' FROM app.period LIMIT 1;

-- attack: rewrites what is published of a municipality it has not entered
-- expect: nothing
UPDATE app.publication SET rows = '[]', lines = '{}', version = version + 1 WHERE municipality_id = :their_tenant;

-- attack: lets a part count as told that no version tells of
-- expect: 42501
UPDATE app.publication SET told = lines;

-- attack: leaves a hole among the versions
-- expect: 42501
INSERT INTO app.schedule_version (period_id, number, sha256, difference, lines, by_account)
SELECT id, 7, '\x00', 'x', 0, :my_operator_account FROM app.period LIMIT 1;

-- attack: agrees to a municipality's schedule
-- expect: 42501
UPDATE app.municipal_schedule SET state = 'agreed';

-- attack: registers what the coordinator registers
-- expect: 42501
UPDATE app.application SET status = 'registered' WHERE id = :my_submitted;

-- attack: gives it a number
-- expect: 42501
SELECT app.register_application(:my_submitted);

-- attack: takes it on its own route
-- expect: 42501
UPDATE app.application SET route = 'operator' WHERE id = :my_submitted;

-- attack: claims to be a municipal coordinator
-- expect: 42501
SELECT set_config('app.role', 'municipal', false) IS NULL;
UPDATE app.application SET status = 'registered' WHERE id = :my_submitted;

-- attack: makes an application
-- expect: 42501
INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id)
VALUES (:my_tenant, gen_random_uuid(), :my_card, :my_account, :my_membership, :my_organisation);

-- attack: makes itself a member of the institute's administration
-- expect: 42501
INSERT INTO app.institute_member (public_id, account_id, role) VALUES (gen_random_uuid(), :my_account, 'admin');

-- attack: reads the institute's members
-- expect: 42501
SELECT * FROM app.institute_member;

-- attack: asks for the login of an administrator
-- expect: nothing
SELECT * FROM app.people_logins(ARRAY[:my_admin_account]::bigint[]);

-- attack: gives people a cabinet
-- expect: 42501
INSERT INTO app.membership (tenant_id, public_id, account_id, role) VALUES (:my_tenant, gen_random_uuid(), :my_account, 'municipal');

-- attack: has a letter sent to a person of another municipality
-- expect: 42501
INSERT INTO app.letter (tenant_id, public_id, account_id, kind, application_id)
VALUES (:my_tenant, gen_random_uuid(), :their_account, 'registered', :my_application);

-- attack: has something printed in another's name
-- expect: 42501
INSERT INTO app.printout (public_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :their_account, 1, 'operator', 'journal', '{"kind": "journal"}');

-- attack: has something printed in a coordinator's place
-- expect: 42501
INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :their_tenant, :my_operator_account, 1, 'municipal', 'journal', '{"kind": "journal"}');

-- attack: reads what others have printed
-- expect: nothing of theirs
SELECT * FROM app.printout;

-- attack: gives itself the file of another's printout
-- expect: 42501
UPDATE app.printout SET state = 'done', s3_key = 'printout/theirs';

-- attack: writes a line of the journal
-- expect: 42501
UPDATE app.registration SET number = 1;

-- attack: reads the audit
-- expect: 42501
SELECT * FROM app.audit_event;

-- attack: searches for what is not submitted
-- expect: nothing
SELECT app.search_applications('!никогонет', '!никогонет') EXCEPT SELECT id FROM app.application;

-- attack: has the worker export the municipality it has entered
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, object_id, account_id, membership_id, role)
VALUES (:my_tenant, 'municipality_export', 1, :my_operator_account, 1, 'admin');

-- attack: reads the exports of municipalities
-- expect: 42501
SELECT * FROM app.municipality_export;

-- attack: reads the seals of the audit
-- expect: 42501
SELECT * FROM app.audit_seal;

-- attack: confirms a register of a municipality it has not entered
-- expect: nothing
UPDATE app.handover SET confirmed_at = now(), confirmed_by = 'x' WHERE tenant_id = :their_tenant;

-- attack: adds to a register
-- expect: 42501
INSERT INTO app.handover_row (tenant_id, handover_id, application)
SELECT tenant_id, id, gen_random_uuid() FROM app.handover WHERE tenant_id = :my_tenant;

-- The login of experts. Its own assignment is :my_application; others are nobody's business.

-- attack: reads applications it is not assigned to
-- expect: nothing
SELECT * FROM app.application WHERE id IN (:their_application, :my_submitted, :my_draft);

-- attack: tells an application that is there from one that is not
-- expect: same
SELECT * FROM app.application WHERE id = :their_application;

-- attack: enters their municipality, where it has no assignment
-- expect: nothing
SELECT set_config('app.tenant', :'their_tenant', false) IS NULL;
SELECT * FROM app.file WHERE tenant_id = :their_tenant;
SELECT * FROM app.conclusion WHERE tenant_id = :their_tenant;

-- attack: assigns itself
-- expect: 42501
INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id, expert_membership_id,
  expert_account_id, expert_name, assigned_by)
VALUES (:their_tenant, :their_application, :their_account, 2, :my_tenant, :my_expert, :my_expert_account, 'x', 1);

-- attack: opens a closed assignment again
-- expect: 42501
UPDATE app.assignment SET closed_at = NULL;

-- attack: uploads a conclusion about their application
-- expect: 42501
INSERT INTO app.conclusion (tenant_id, application_id, place) VALUES (:their_tenant, :their_application, 'accepted');

-- attack: uploads a conclusion about an application of its municipality it is not assigned to
-- expect: 42501
INSERT INTO app.conclusion (tenant_id, application_id, place) VALUES (:my_tenant, :my_submitted, 'accepted');

-- attack: writes the history in another's name
-- expect: 42501
INSERT INTO app.application_event (tenant_id, application_id, account_id, role, act, words)
VALUES (:my_tenant, :my_application, :my_account, 'teacher', 'x', 'x');

-- attack: moves another's conclusion
-- expect: nothing
UPDATE app.conclusion SET place = 'accepted' WHERE tenant_id = :their_tenant;

-- attack: accepts the conclusion it has written
-- expect: 42501
UPDATE app.conclusion SET place = 'accepted' WHERE application_id = :my_application;

-- attack: changes the application it is assigned to
-- expect: 42501
UPDATE app.application SET status = 'decided' WHERE id = :my_application;

-- attack: reads people
-- expect: nothing
SELECT * FROM app.membership WHERE account_id <> :my_expert_account;

-- attack: changes another cabinet of its own
-- expect: nothing
UPDATE app.membership SET organisation_id = NULL WHERE id <> :my_expert;

-- attack: reads cards
-- expect: 42501
SELECT * FROM app.card;

-- attack: reads the journal
-- expect: 42501
SELECT * FROM app.registration;

-- attack: asks for the contacts of a case it is not assigned to
-- expect: nothing
SELECT * FROM app.contacts(ARRAY[:their_application, :my_submitted]::bigint[]);

-- attack: has a letter sent about another's application
-- expect: 42501
INSERT INTO app.letter (tenant_id, public_id, account_id, kind, application_id)
VALUES (:my_tenant, gen_random_uuid(), :my_account, 'registered', :my_submitted);

-- attack: has a letter of its case sent to a stranger
-- expect: 42501
INSERT INTO app.letter (tenant_id, public_id, account_id, kind, application_id)
VALUES (:my_tenant, gen_random_uuid(), :their_account, 'registered', :my_application);

-- attack: writes the audit in another's name
-- expect: 42501
INSERT INTO app.audit_event (tenant_id, account_id, role, act) VALUES (:my_tenant, :their_account, 'expert', 'x');

-- attack: asks for a job
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, account_id, membership_id, role) VALUES (:my_tenant, 'application_pdf', :my_expert_account, :my_expert, 'expert');

-- attack: a cursor held after its assignment is asked for
-- expect: nothing
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT * FROM app.file WHERE application_id = :their_application;
COMMIT;
FETCH ALL FROM held;

-- attack: searches beyond its assignments
-- expect: nothing
SELECT app.search_applications('!никогонет', '!никогонет') EXCEPT SELECT id FROM app.application;
SELECT app.search_applications('чужоедело', 'чужоедело');

-- attack: reads transfers
-- expect: 42501
SELECT * FROM app.transfer;

-- attack: has the worker export a municipality
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, object_id, account_id, membership_id, role)
VALUES (:my_tenant, 'municipality_export', 1, :my_expert_account, :my_expert, 'admin');

-- attack: has something printed in another's name
-- expect: 42501
INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :my_tenant, :their_account, :my_expert, 'expert', 'applications', '{"kind": "applications"}');

-- attack: has something printed from a cabinet it does not have
-- expect: 42501
INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :their_tenant, :my_expert_account, :my_expert, 'expert', 'applications', '{"kind": "applications"}');

-- attack: has the journal printed
-- expect: 42501
INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :my_tenant, :my_expert_account, :my_expert, 'expert', 'journal', '{"kind": "journal"}');

-- attack: asks for the paper of a conclusion it does not write
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, application_id, object_id, account_id, membership_id, role)
VALUES (:my_tenant, 'conclusion_pdf', :my_submitted, 1, :my_expert_account, :my_expert, 'expert');

-- attack: reads registers of handing over
-- expect: 42501
SELECT * FROM app.handover;

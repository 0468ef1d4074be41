-- The login of administrators and of `ctl`: no applications, no documents.

-- attack: reads applications
-- expect: 42501
SELECT * FROM app.application;

-- attack: reads documents
-- expect: 42501
SELECT * FROM app.file;

-- attack: reads people
-- expect: 42501
SELECT * FROM app.membership;

-- attack: reads accounts
-- expect: 42501
SELECT * FROM app.account;

-- attack: reads letters
-- expect: 42501
SELECT * FROM app.letter;

-- attack: reads invitations of schools and experts
-- expect: nothing
SELECT * FROM app.invitation WHERE role <> 'municipal';

-- attack: invites an expert
-- expect: 42501
INSERT INTO app.invitation (tenant_id, public_id, email, role, nonce, token_sha256, expires_at)
VALUES (:their_tenant, gen_random_uuid(), 'x@example.test', 'expert', gen_random_uuid(), sha256('z'), now());

-- attack: takes an invitation of a school or an expert for itself
-- expect: nothing
UPDATE app.invitation SET token_sha256 = sha256('mine') WHERE role <> 'municipal';

-- attack: has a letter sent to a person
-- expect: 42501
INSERT INTO app.letter (tenant_id, public_id, account_id, kind) VALUES (:their_tenant, gen_random_uuid(), :their_account, 'registered');

-- attack: gives people a cabinet
-- expect: 42501
INSERT INTO app.membership (tenant_id, public_id, account_id, role) VALUES (:their_tenant, gen_random_uuid(), :my_account, 'municipal');

-- attack: rewrites the audit
-- expect: 42501
UPDATE app.audit_event SET account_id = NULL;

-- attack: deletes the audit
-- expect: 42501
DELETE FROM app.audit_event;

-- attack: writes the audit in another's name
-- expect: 42501
INSERT INTO app.audit_event (account_id, role, act) VALUES (:their_account, 'municipal', 'application.register');

-- attack: deletes a municipality
-- expect: 42501
DELETE FROM app.municipality WHERE id = :their_tenant;

-- attack: asks for the logins of people it does not invite
-- expect: nothing
SELECT * FROM app.people_logins(ARRAY[:their_account, :their_expert_account, :my_account]::bigint[]);

-- attack: asks for a job of a municipality that is no export
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, object_id, account_id, membership_id, role)
VALUES (:their_tenant, 'application_pdf', 1, :my_admin_account, 1, 'admin');

-- attack: has the worker export a municipality as a coordinator
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, object_id, account_id, membership_id, role)
VALUES (:their_tenant, 'municipality_export', 1, :my_admin_account, 1, 'municipal');

-- attack: has the worker export a municipality as the host, which is nobody
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, object_id, account_id, membership_id, role)
VALUES (:their_tenant, 'municipality_export', 1, 0, 0, 'admin');

-- attack: brings an export along that is done
-- expect: 42501
INSERT INTO app.municipality_export (tenant_id, public_id, asked_by, state, s3_key, size, sha256, started_at)
VALUES (:their_tenant, gen_random_uuid(), :my_admin_account, 'done', 'x', 1, '\x00', now());

-- attack: calls an export done
-- expect: 42501
UPDATE app.municipality_export SET state = 'done' WHERE tenant_id = :their_tenant;

-- attack: merges a municipality by hand
-- expect: 42501
UPDATE app.municipality SET merged_into = :my_tenant WHERE id = :their_tenant;

-- attack: chooses since when a municipality is suspended
-- expect: 42501
UPDATE app.municipality SET suspended_at = now() - interval '1 year' WHERE id = :their_tenant;

-- attack: reads transfers
-- expect: 42501
SELECT * FROM app.transfer;

-- attack: puts a template in force that printed no sample
-- expect: 42501
INSERT INTO app.template_use (kind, version, after, by_account) VALUES ('consent', 9001, 0, :my_admin_account);

-- attack: says itself that its template printed a sample
-- expect: 42501
INSERT INTO app.template_version (kind, version, source, state, by_account)
VALUES ('consent', 9002, '#panic()', 'passed', :my_admin_account);

-- attack: makes a template in another's name
-- expect: 42501
INSERT INTO app.template_version (kind, version, source, by_account) VALUES ('consent', 9003, 'x', :their_account);

-- attack: changes a template that was made
-- expect: 42501
UPDATE app.template_version SET source = 'x';

-- attack: has applications printed
-- expect: 42501
INSERT INTO app.printout (public_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :my_admin_account, 1, 'admin', 'applications', '{"kind": "applications"}');

-- attack: has something printed as an operator
-- expect: 42501
INSERT INTO app.printout (public_id, account_id, membership_id, role, kind, request)
VALUES (gen_random_uuid(), :my_admin_account, 1, 'operator', 'journal', '{"kind": "journal"}');

-- attack: invites into the institute in another's name
-- expect: 42501
INSERT INTO app.institute_invitation (public_id, email, role, nonce, token_sha256, invited_by, expires_at)
VALUES (gen_random_uuid(), 'x@example.test', 'admin', gen_random_uuid(), sha256('z'), :their_account, now());

-- attack: calls an invitation into the institute accepted
-- expect: 42501
UPDATE app.institute_invitation SET accepted_by = :my_account;

-- attack: gives a place in the institute a name it has not
-- expect: 42501
INSERT INTO app.institute_member (public_id, account_id, role, surname) VALUES (gen_random_uuid(), :my_account, 'admin', 'x');

-- attack: has a letter about an account sent
-- expect: 42501
INSERT INTO app.account_letter (public_id, account_id, kind) VALUES (gen_random_uuid(), :their_account, 'password_reset');

-- attack: changes the region in another's name
-- expect: 42501
INSERT INTO app.region_change (list, key, present, by_account) VALUES ('setting', 'expert_limit', '"1"', :their_account);

-- attack: rewrites what was changed of the region
-- expect: 42501
UPDATE app.region_change SET by_account = :their_account;

-- attack: deletes what was changed of the region
-- expect: 42501
DELETE FROM app.region_change;

-- attack: says itself that a sample was looked through
-- expect: 42501
UPDATE app.sample SET virus_state = 'clean', virus_checked = true;

-- attack: deletes a sample
-- expect: 42501
DELETE FROM app.sample;

-- attack: deletes a setting
-- expect: 42501
DELETE FROM app.region_setting;

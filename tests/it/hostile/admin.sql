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

-- attack: takes an invitation for itself
-- expect: 42501
UPDATE app.invitation SET token_sha256 = sha256('mine');

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

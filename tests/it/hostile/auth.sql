-- The login of sign-in, registration and the invitation in hand; :my_account is about to sign in.

-- attack: reads another's account
-- expect: nothing
SELECT * FROM app.account WHERE id = :their_account;

-- attack: tells an account that is there from one that is not
-- expect: same
SELECT * FROM app.account WHERE id = :their_account;
UPDATE app.account SET epoch = epoch + 1 WHERE id = :their_account;

-- attack: sets another's password
-- expect: nothing
UPDATE app.account SET password_phc = 'x', epoch = epoch + 1 WHERE login_norm = :'their_login';

-- attack: sets the password of the login typed, without being it
-- expect: nothing
SELECT set_config('app.login', :'their_login', false) IS NULL;
UPDATE app.account SET password_phc = 'x' WHERE login_norm = :'their_login';

-- attack: makes an account under another login than the one typed
-- expect: 42501
INSERT INTO app.account (public_id, login, login_norm) VALUES (gen_random_uuid(), 'Mallory1', 'mallory1');

-- attack: reads another's links
-- expect: nothing
SELECT * FROM app.account_token WHERE account_id = :their_account;

-- attack: makes a link to another's account
-- expect: 42501
INSERT INTO app.account_token (public_id, account_id, kind, sha256, expires_at)
VALUES (gen_random_uuid(), :their_account, 'password', sha256('mine'), now() + interval '1 day');

-- attack: reads another's cabinets
-- expect: nothing
SELECT * FROM app.membership WHERE account_id = :their_account;

-- attack: reads an invitation without its token
-- expect: nothing
SELECT * FROM app.invitation WHERE tenant_id = :their_tenant;

-- attack: accepts an invitation without its token
-- expect: nothing
UPDATE app.invitation SET state = 'accepted', accepted_by = :my_account WHERE id = :their_invitation;

-- attack: joins without an invitation
-- expect: 42501
INSERT INTO app.membership (tenant_id, public_id, account_id, role) VALUES (:their_tenant, gen_random_uuid(), :my_account, 'municipal');

-- attack: joins by an invitation that is not in hand
-- expect: 42501
INSERT INTO app.membership (tenant_id, public_id, account_id, role) VALUES (:their_tenant, gen_random_uuid(), :my_account, 'expert');

-- attack: reads applications
-- expect: 42501
SELECT * FROM app.application;

-- attack: makes itself an administrator
-- expect: 42501
INSERT INTO app.institute_member (public_id, account_id, role) VALUES (gen_random_uuid(), :my_account, 'admin');

-- attack: has a letter of a municipality sent to another
-- expect: 42501
INSERT INTO app.letter (tenant_id, public_id, account_id, kind) VALUES (:their_tenant, gen_random_uuid(), :their_account, 'registered');

-- attack: has a letter about another's account sent
-- expect: 42501
INSERT INTO app.account_letter (public_id, account_id, kind) VALUES (gen_random_uuid(), :their_account, 'password_reset');

-- attack: writes the audit in another's name
-- expect: 42501
INSERT INTO app.audit_event (account_id, role, act) VALUES (:their_account, 'municipal', 'account.login');

-- attack: consents in another's name
-- expect: 42501
INSERT INTO app.consent (account_id, kind, text_version) VALUES (:their_account, 'personal_data', 1);

-- attack: reads transfers and exports
-- expect: 42501
SELECT * FROM app.transfer;

-- attack: reads the seals of the audit
-- expect: 42501
SELECT * FROM app.audit_seal;

-- attack: reads invitations into the institute without a token
-- expect: nothing
SELECT * FROM app.institute_invitation;

-- attack: accepts an invitation into the institute without its token
-- expect: nothing
UPDATE app.institute_invitation SET state = 'accepted', accepted_by = :my_account;

-- attack: invites itself into the institute
-- expect: 42501
INSERT INTO app.institute_invitation (public_id, email, role, nonce, token_sha256, invited_by, expires_at)
VALUES (gen_random_uuid(), 'x@example.test', 'admin', gen_random_uuid(), sha256('z'), :my_account, now() + interval '1 day');

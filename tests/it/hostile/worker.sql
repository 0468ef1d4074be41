-- The login of the worker: it takes whatever letter or job is queued, and sees data only
-- inside the municipality of the work in hand (:my_tenant here).

-- attack: reads applications of a municipality it is not working for
-- expect: nothing
SELECT * FROM app.application WHERE tenant_id = :their_tenant;

-- attack: reads their documents
-- expect: nothing
SELECT * FROM app.file WHERE tenant_id = :their_tenant;

-- attack: reads their people
-- expect: nothing
SELECT * FROM app.membership WHERE tenant_id = :their_tenant;

-- attack: reads their invitations
-- expect: nothing
SELECT * FROM app.invitation WHERE tenant_id = :their_tenant;

-- attack: reads everything while working for nobody
-- expect: nothing
SELECT set_config('app.tenant', '', false) IS NULL;
SELECT * FROM app.application;

-- attack: counts what the operators are reminded of, as if a coordinator were one
-- expect: nothing
SELECT set_config('app.tenant', '', false) IS NULL;
SELECT * FROM app.reminded_terms(:my_account, '2099-01-01', '{10, 3, 0}');

-- attack: reminds while it works for a municipality
-- expect: 42501
SELECT app.remind('{10, 3, 0}');

-- attack: reads passwords
-- expect: 42501
SELECT password_phc FROM app.account;

-- attack: reads the hashes of links
-- expect: 42501
SELECT sha256 FROM app.account_token;

-- attack: keeps a file in their municipality
-- expect: 42501
INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, by_role)
VALUES (:their_tenant, gen_random_uuid(), :their_application, 't/x', 'x', 'application/pdf', 1, '\x00', 'worker');

-- attack: closes their invitation
-- expect: nothing
UPDATE app.invitation SET state = 'revoked' WHERE tenant_id = :their_tenant;

-- attack: changes an application
-- expect: 42501
UPDATE app.application SET status = 'registered';

-- attack: readdresses a letter
-- expect: 42501
UPDATE app.letter SET account_id = :my_account;

-- attack: asks for a job of its own
-- expect: 42501
INSERT INTO app.job (tenant_id, kind, account_id, membership_id, role) VALUES (:their_tenant, 'application_pdf', :my_account, :my_membership, 'teacher');

-- attack: changes an address
-- expect: 42501
UPDATE app.account SET email = 'x@example.test';

-- attack: reads the journal of others
-- expect: nothing
SELECT * FROM app.registration WHERE tenant_id = :their_tenant;

-- attack: reads what it exports in a municipality it is not working for
-- expect: nothing
SELECT id FROM app.card WHERE tenant_id = :their_tenant
UNION ALL SELECT id FROM app.transfer WHERE tenant_id = :their_tenant
UNION ALL SELECT id FROM app.organisation_request WHERE tenant_id = :their_tenant
UNION ALL SELECT id FROM app.municipality_export WHERE tenant_id = :their_tenant;

-- attack: calls an export of another municipality done
-- expect: nothing
UPDATE app.municipality_export SET state = 'done' WHERE tenant_id = :their_tenant;

-- attack: branches the chain of seals
-- expect: 23505
DO $$ BEGIN
  INSERT INTO app.audit_seal (number, after_xact, after_id, last_xact, last_id, rows, through, digest, previous, mac)
  SELECT n, 0, 0, 1, n, 1, now(), sha256('x'), sha256('y'), sha256('z') FROM generate_series(1, 2) n;
END $$;

-- attack: chooses the time of a seal
-- expect: 42501
INSERT INTO app.audit_seal (number, at, after_xact, after_id, last_xact, last_id, rows, through, digest, previous, mac)
VALUES (1, now() - interval '1 year', 0, 0, 1, 1, 1, now(), sha256('x'), sha256('y'), sha256('z'));

-- attack: tells a teacher of somebody who asked for nothing
-- expect: 42501
INSERT INTO app.document_view (tenant_id, application_id, file_id, subject_id, account_id, role)
VALUES (:my_tenant, :my_application, 1, :my_account, :my_account, 'municipal');

-- attack: puts another file in the place of a sample's
-- expect: 42501
UPDATE app.sample SET s3_key = 'r/x';

-- attack: publishes a sample
-- expect: 42501
INSERT INTO app.sample (public_id, section, title, ordinal, published_at, s3_key, file_name, content_type, size, sha256)
VALUES (gen_random_uuid(), 'first', 'x', 1, now(), 'r/x', 'x.pdf', 'application/pdf', 1, sha256('x'));

-- attack: makes a template that nobody typed
-- expect: 42501
INSERT INTO app.template_version (kind, version, source, state) VALUES ('consent', 9001, 'x', 'passed');

-- attack: puts a template in force
-- expect: 42501
INSERT INTO app.template_use (kind, version, after, by_account) VALUES ('consent', 0, 0, :my_account);

-- attack: reads consents nobody has printed
-- expect: nothing
SELECT * FROM app.consent;

-- attack: reads who works at the institute
-- expect: nothing
SELECT id, surname FROM app.institute_member;

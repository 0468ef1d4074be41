-- The login of pages without a session.

-- attack: reads applications
-- expect: 42501
SELECT * FROM app.application;

-- attack: reads people
-- expect: 42501
SELECT * FROM app.membership;

-- attack: reads accounts
-- expect: 42501
SELECT * FROM app.account;

-- attack: reads the journal
-- expect: 42501
SELECT * FROM app.registration;

-- attack: reads orders
-- expect: 42501
SELECT * FROM app.order;

-- attack: reads the order of a period
-- expect: 42501
SELECT order_no FROM app.period;

-- attack: reads since when a municipality is suspended
-- expect: 42501
SELECT suspended_at FROM app.municipality;

-- attack: reads what a published schedule is the digest of
-- expect: 42501
SELECT lines, told, sha256 FROM app.publication;

-- attack: reads versions of schedules and who made them
-- expect: 42501
SELECT by_account FROM app.schedule_version;

-- attack: reads signed schedules
-- expect: 42501
SELECT * FROM app.municipal_schedule;

-- attack: reads which samples wait for the antivirus, and how often they were tried
-- expect: 42501
SELECT virus_tries, virus_after FROM app.sample;

-- attack: reads samples that are withdrawn or wait
-- expect: nothing
SELECT title FROM app.sample WHERE published_at IS NULL OR virus_state <> 'clean';

-- attack: changes a sample
-- expect: 42501
UPDATE app.sample SET s3_key = 'r/x';

-- attack: publishes
-- expect: 42501
UPDATE app.publication SET rows = '[]';

-- attack: writes anything
-- expect: 42501
UPDATE app.organisation SET name = 'x';

-- attack: writes the audit
-- expect: 42501
INSERT INTO app.audit_event (act) VALUES ('x');

-- attack: claims to be somebody
-- expect: 42501
SELECT set_config('app.tenant', :'their_tenant', false), set_config('app.account', :'their_account', false),
  set_config('app.role', 'municipal', false) \gset ignored_
SELECT * FROM app.application;

-- attack: reads transfers and exports
-- expect: 42501
SELECT * FROM app.transfer;

-- attack: reads the seals of the audit
-- expect: 42501
SELECT * FROM app.audit_seal;

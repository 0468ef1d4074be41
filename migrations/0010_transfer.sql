-- Requests to move a teacher or an organisation to another municipality (R-ACC-7). Both
-- municipalities see the row, so it is all the receiving one learns before the move: name, post
-- and place of work as they stood when it was asked. Written by the functions of 0011 only.

CREATE TABLE app.transfer (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  to_tenant_id int NOT NULL REFERENCES app.municipality,
  kind text NOT NULL CHECK (kind IN ('teacher', 'organisation')),
  -- The membership or the organisation: it leaves and the request stays, so no foreign key.
  subject_id bigint NOT NULL,
  -- The teacher's; it sees its own.
  account_id bigint,
  name text NOT NULL, position text NOT NULL DEFAULT '', organisation text NOT NULL DEFAULT '',
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  asked_by bigint NOT NULL,
  -- Where the teacher will work, said by the municipality that takes it.
  organisation_id bigint,
  agreed_from_by bigint, agreed_from_at timestamptz,
  agreed_to_by bigint, agreed_to_at timestamptz,
  state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'done', 'declined', 'cancelled')),
  answer text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  closed_at timestamptz,
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  CHECK (to_tenant_id <> tenant_id),
  CHECK ((kind = 'teacher') = (account_id IS NOT NULL)),
  CHECK (state <> 'done' OR (agreed_from_by IS NOT NULL AND agreed_to_by IS NOT NULL))
);
CREATE UNIQUE INDEX transfer_open ON app.transfer (tenant_id, kind, subject_id) WHERE state = 'asked';
CREATE INDEX transfer_to ON app.transfer (to_tenant_id, id);
-- The list's order: what waits first, then the newest.
CREATE INDEX transfer_list ON app.transfer ((state = 'asked'), created_at, id);
ALTER TABLE app.transfer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- The one policy with an OR between tenants: the row belongs to both, and there are few.
CREATE POLICY both_read ON app.transfer FOR SELECT TO attest_tenant
  USING (tenant_id = (SELECT app.ctx_tenant()) OR to_tenant_id = (SELECT app.ctx_tenant()));
CREATE POLICY person ON app.transfer AS RESTRICTIVE FOR SELECT TO attest_tenant
  USING ((SELECT app.ctx_role() = 'municipal')
    OR ((SELECT app.ctx_role() = 'teacher') AND account_id = (SELECT app.ctx_account())));
CREATE POLICY operator_read ON app.transfer FOR SELECT TO attest_operator USING (true);
GRANT SELECT ON app.transfer TO attest_tenant, attest_operator;

-- Lists as people use them: the orders they sort by, the views they keep, why applications are
-- rejected, as codes to count by.

-- ФИО and the journal's number, in a municipality and in all; without a number comes before any.
-- Under row-level security COALESCE is no index condition, for it might leak; CASE is.
CREATE INDEX application_name ON app.application (tenant_id, surname, name, patronymic, id)
  WHERE submitted_at IS NOT NULL;
CREATE INDEX application_region_name ON app.application (surname, name, patronymic, id)
  WHERE submitted_at IS NOT NULL;
CREATE INDEX application_number ON app.application (tenant_id,
  (CASE WHEN registered_on IS NULL THEN date '0001-01-01' ELSE registered_on END),
  (CASE WHEN registered_number IS NULL THEN 0 ELSE registered_number END), id) WHERE submitted_at IS NOT NULL;
CREATE INDEX application_region_number ON app.application (
  (CASE WHEN registered_on IS NULL THEN date '0001-01-01' ELSE registered_on END),
  (CASE WHEN registered_number IS NULL THEN 0 ELSE registered_number END), id) WHERE submitted_at IS NOT NULL;
-- The applications of a period in all municipalities.
CREATE INDEX schedule_row_region_period ON app.schedule_row (period_id, id) WHERE period_id IS NOT NULL;

-- A list's filters and order under a name, in one cabinet of one person. What was searched for is
-- not kept: it is other people's names.
CREATE TABLE app.saved_view (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id uuid NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES app.account,
  -- The cabinet: of the institute or a municipality by its role, the membership in it.
  role text NOT NULL CHECK (role IN ('municipal', 'operator')),
  membership_id bigint NOT NULL,
  list text NOT NULL CHECK (list IN ('applications', 'queue')),
  query text NOT NULL CHECK (length(query) <= 1000),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  created_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  CONSTRAINT saved_view_named UNIQUE (account_id, role, membership_id, list, name)
);
ALTER TABLE app.saved_view ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.saved_view FOR ALL TO attest_tenant, attest_operator
  USING (account_id = (SELECT app.ctx_account()) AND role = (SELECT app.ctx_role())
    AND membership_id = (SELECT app.ctx_membership()))
  WITH CHECK (account_id = (SELECT app.ctx_account()) AND membership_id = (SELECT app.ctx_membership())
    AND role = app.acting_role(current_user));
GRANT SELECT, DELETE ON app.saved_view TO attest_tenant, attest_operator;
GRANT INSERT (public_id, account_id, role, membership_id, list, query, name)
  ON app.saved_view TO attest_tenant, attest_operator;
-- It goes with its account.
CREATE POLICY mover_erase ON app.saved_view FOR ALL TO attest_mover
  USING (account_id = ANY ((SELECT app.ctx_leaving())::bigint[]));
GRANT SELECT (account_id), DELETE ON app.saved_view TO attest_mover;

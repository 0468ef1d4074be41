-- Printing applications with their documents (01 §1.8): a coordinator's and an operator's many, an
-- expert's one.

-- Registered applications in the journal's order: numbers grow with its lines.
CREATE INDEX application_entry ON app.application (tenant_id, registered_on, registered_number)
  WHERE registered_on IS NOT NULL;
CREATE INDEX application_region_entry ON app.application (registered_on, registered_number)
  WHERE registered_on IS NOT NULL;

-- An expert's own, whatever municipality the application is of.
CREATE POLICY expert_own ON app.printout FOR SELECT TO attest_expert
  USING (role = 'expert' AND account_id = (SELECT app.ctx_account()) AND membership_id = (SELECT app.ctx_membership()));
CREATE POLICY expert_add ON app.printout FOR INSERT TO attest_expert
  WITH CHECK (role = 'expert' AND kind IN ('applications', 'consent', 'own_data') AND account_id = (SELECT app.ctx_account())
    AND membership_id = (SELECT app.ctx_membership()) AND EXISTS (SELECT 1 FROM app.membership m
      WHERE m.tenant_id = printout.municipality_id AND m.id = printout.membership_id));
GRANT SELECT ON app.printout TO attest_expert;
GRANT INSERT (public_id, municipality_id, account_id, membership_id, role, kind, request) ON app.printout
  TO attest_expert;

-- R-AUD-1: the worker opens documents for whoever asked, only while it makes what was asked for, and
-- only of the applications that were asked for.
CREATE POLICY worker_add ON app.document_view FOR INSERT TO attest_worker
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND EXISTS (SELECT 1 FROM app.printout p
    JOIN app.application a ON a.tenant_id = document_view.tenant_id AND a.id = document_view.application_id
    WHERE p.kind = 'applications' AND p.state = 'running' AND p.account_id = document_view.account_id
      AND p.role = document_view.role AND (p.role <> 'municipal' OR p.municipality_id = a.tenant_id)
      AND p.request -> 'of' @> jsonb_build_array(jsonb_build_array(a.tenant_id, a.public_id))));
GRANT INSERT (tenant_id, application_id, file_id, subject_id, account_id, role, organisation) ON app.document_view
  TO attest_worker;

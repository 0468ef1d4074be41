-- What stands around a conclusion (R-CON-1…3): the form it is filled in on, whose signatures are
-- under it, reminders of what is due, and registers of what was handed over to the Centre.

-- Which text it is: every upload of the experts and every forming begins a new one, under which
-- nobody has signed yet. A scan the teacher signed is the same text.
ALTER TABLE app.conclusion ADD COLUMN edition int NOT NULL DEFAULT 1;
GRANT UPDATE (edition) ON app.conclusion TO attest_expert;

-- A signature, or the refusal to give one, as a fact of its own. The last one of a person counts.
CREATE TABLE app.conclusion_signature (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  edition int NOT NULL,
  who text NOT NULL CHECK (who IN ('expert1', 'expert2', 'teacher')),
  signed boolean NOT NULL,
  reason text NOT NULL DEFAULT '',
  by_account bigint NOT NULL,
  by_role text NOT NULL,
  at timestamptz NOT NULL DEFAULT app.ctx_now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.conclusion (tenant_id, application_id)
    DEFERRABLE INITIALLY IMMEDIATE,
  CHECK (signed = (reason = ''))
);
CREATE INDEX conclusion_signature_case ON app.conclusion_signature (tenant_id, application_id, edition, id);
CALL app.case_policies('conclusion_signature', '{attest_tenant,attest_expert}', of_submitted => true);
GRANT INSERT (tenant_id, application_id, edition, who, signed, reason, by_account, by_role)
  ON app.conclusion_signature TO attest_tenant, attest_expert;
CREATE POLICY in_own_name ON app.conclusion_signature AS RESTRICTIVE FOR INSERT TO attest_tenant, attest_expert
  WITH CHECK (by_account = (SELECT app.ctx_account()) AND by_role = app.acting_role(current_user));
-- What the municipality brings is the teacher's signature and no other.
CREATE POLICY of_teacher ON app.conclusion_signature AS RESTRICTIVE FOR INSERT TO attest_tenant
  WITH CHECK (who = 'teacher' AND signed AND (SELECT app.ctx_role() <> 'municipal'));

-- The conclusion on screen, criterion by criterion. Without an edition it is the draft both experts
-- write; formed it is the text of that edition and never changes.
CREATE TABLE app.conclusion_form (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  edition int,
  verdict text NOT NULL DEFAULT '' CHECK (verdict IN ('', 'meets', 'fails')),
  -- The marks in the order of the criteria, as domain::conclusion has them.
  marks jsonb NOT NULL,
  recommendations text NOT NULL DEFAULT '' CHECK (length(recommendations) <= 2000),
  -- Whose signatures were ticked; a signature given is a row of app.conclusion_signature.
  signers jsonb NOT NULL DEFAULT '[]',
  by_account bigint NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, application_id, edition),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE UNIQUE INDEX conclusion_form_draft ON app.conclusion_form (tenant_id, application_id) WHERE edition IS NULL;
CALL app.case_policies('conclusion_form', '{attest_expert}', of_submitted => true);
GRANT INSERT (tenant_id, application_id, verdict, marks, recommendations, signers, by_account) ON app.conclusion_form
  TO attest_expert;
GRANT UPDATE (edition, verdict, marks, recommendations, signers, by_account, saved_at, version) ON app.conclusion_form
  TO attest_expert;
CREATE POLICY in_own_name ON app.conclusion_form AS RESTRICTIVE FOR INSERT TO attest_expert
  WITH CHECK (by_account = (SELECT app.ctx_account()));
CREATE POLICY draft ON app.conclusion_form AS RESTRICTIVE FOR UPDATE TO attest_expert
  USING (edition IS NULL) WITH CHECK (by_account = (SELECT app.ctx_account()));
-- A draft is its experts' alone.
CREATE POLICY formed ON app.conclusion_form AS RESTRICTIVE FOR SELECT TO attest_tenant, attest_operator
  USING (edition IS NOT NULL);

-- The worker prints what an expert formed, and the paper is a version of the conclusion.
CREATE POLICY expert_add ON app.job FOR INSERT TO attest_expert
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()) AND account_id = (SELECT app.ctx_account())
    AND role = 'expert' AND kind IN ('conclusion_pdf', 'case_scan')
    AND application_id = ANY ((SELECT app.my_assigned())::bigint[]));
GRANT INSERT (tenant_id, kind, application_id, object_id, account_id, membership_id, role) ON app.job TO attest_expert;
-- Whether the paper failed is told to those who can have it made again.
CREATE POLICY expert_read ON app.job FOR SELECT TO attest_expert
  USING (kind = 'conclusion_pdf' AND application_id = ANY ((SELECT app.my_assigned())::bigint[]));
GRANT SELECT (tenant_id, id, kind, application_id, object_id, state) ON app.job TO attest_expert;
CREATE INDEX job_conclusion ON app.job (tenant_id, application_id, id) WHERE kind = 'conclusion_pdf';
CREATE POLICY worker_add ON app.conclusion_file FOR INSERT TO attest_worker
  WITH CHECK (tenant_id = (SELECT app.ctx_tenant()));
GRANT INSERT (tenant_id, application_id, conclusion_id, file_id, signed, by_account, by_role)
  ON app.conclusion_file TO attest_worker;

-- Whom the coordinator reminded of a conclusion on which day: nobody is asked twice a day (R-CON-2).
CREATE TABLE app.conclusion_reminder (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  account_id bigint NOT NULL,
  on_day date NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, application_id, account_id, on_day),
  FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
CALL app.case_policies('conclusion_reminder', '{attest_tenant}', of_submitted => true);
CREATE POLICY coordinator ON app.conclusion_reminder AS RESTRICTIVE FOR ALL TO attest_tenant
  USING ((SELECT app.ctx_role() = 'municipal'));
GRANT INSERT (tenant_id, application_id, account_id, on_day) ON app.conclusion_reminder TO attest_tenant;

-- A register of handing over (реестр передачи): which conclusions a municipality passed to the
-- Centre in a month, and whether they came. Numbered within municipality and year; of another
-- municipality after a merge, it keeps the name it was made under.
CREATE TABLE app.handover (
  tenant_id int NOT NULL REFERENCES app.municipality,
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL UNIQUE,
  municipality text NOT NULL,
  year int NOT NULL,
  number int NOT NULL CHECK (number > 0),
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  made_on date NOT NULL,
  made_at timestamptz NOT NULL DEFAULT app.ctx_now(),
  made_by text NOT NULL,
  confirmed_at timestamptz,
  confirmed_by text NOT NULL DEFAULT '',
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, municipality, year, number),
  CHECK ((confirmed_at IS NULL) = (confirmed_by = ''))
);
CREATE INDEX handover_region ON app.handover (id);
-- What the Centre has not confirmed is few among many.
CREATE INDEX handover_waiting ON app.handover (id) WHERE confirmed_at IS NULL;
-- By the public id and without a key: a register stays whole where its cases part in a merge.
CREATE TABLE app.handover_row (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  handover_id bigint NOT NULL,
  application uuid NOT NULL,
  -- What the Centre said of it; nothing before it confirms.
  received boolean,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 300),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, handover_id, application),
  FOREIGN KEY (tenant_id, handover_id) REFERENCES app.handover (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX handover_row_case ON app.handover_row (tenant_id, application);
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['handover', 'handover_row'] LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_read ON app.%I FOR SELECT TO attest_tenant
      USING (tenant_id = (SELECT app.ctx_tenant()))', t);
    EXECUTE format('CREATE POLICY tenant_add ON app.%I FOR INSERT TO attest_tenant
      WITH CHECK (tenant_id = (SELECT app.ctx_tenant()))', t);
    EXECUTE format('CREATE POLICY coordinator ON app.%I AS RESTRICTIVE FOR ALL TO attest_tenant
      USING ((SELECT app.ctx_role() = ''municipal''))', t);
    EXECUTE format('CREATE POLICY operator_read ON app.%I FOR SELECT TO attest_operator USING (true)', t);
    EXECUTE format('CREATE POLICY operator_confirm ON app.%I FOR UPDATE TO attest_operator
      USING (tenant_id = (SELECT app.ctx_tenant()))', t);
    EXECUTE format('CREATE POLICY worker_read ON app.%I FOR SELECT TO attest_worker
      USING (tenant_id = (SELECT app.ctx_tenant()))', t);
    EXECUTE format('GRANT SELECT ON app.%I TO attest_tenant, attest_operator, attest_worker', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['handover', 'handover_row', 'conclusion_signature', 'conclusion_form',
      'conclusion_reminder'] LOOP
    EXECUTE format('CREATE POLICY mover_all ON app.%I FOR ALL TO attest_mover
      USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]))', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON app.%I TO attest_mover', t);
  END LOOP;
END $$;
GRANT INSERT (tenant_id, public_id, municipality, year, number, month, made_on, made_by) ON app.handover TO attest_tenant;
GRANT INSERT (tenant_id, handover_id, application) ON app.handover_row TO attest_tenant;
GRANT UPDATE (confirmed_at, confirmed_by, version) ON app.handover TO attest_operator;
GRANT UPDATE (received, note) ON app.handover_row TO attest_operator;
-- Only what was passed to the Centre is handed over, and what is confirmed stays so.
CREATE POLICY passed ON app.handover_row AS RESTRICTIVE FOR INSERT TO attest_tenant
  WITH CHECK (EXISTS (SELECT 1 FROM app.application a
    JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
    WHERE a.public_id = handover_row.application AND a.tenant_id = handover_row.tenant_id
      AND c.place IN ('at_centre', 'accepted'))
    AND EXISTS (SELECT 1 FROM app.handover h WHERE h.tenant_id = handover_row.tenant_id
      AND h.id = handover_row.handover_id AND h.confirmed_at IS NULL));
CREATE POLICY open ON app.handover AS RESTRICTIVE FOR UPDATE TO attest_operator
  USING (confirmed_at IS NULL) WITH CHECK (true);
CREATE POLICY open ON app.handover_row AS RESTRICTIVE FOR UPDATE TO attest_operator
  USING (EXISTS (SELECT 1 FROM app.handover h WHERE h.tenant_id = handover_row.tenant_id
    AND h.id = handover_row.handover_id AND h.confirmed_at IS NULL));

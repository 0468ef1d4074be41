-- Scans of coded papers read back by the worker (R-APP-2, R-WD-1, R-CON-1, R-SCH-5). What was found is
-- told beside the scan and stops nobody.

CREATE TABLE app.scan_check (
  tenant_id int NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  application_id bigint NOT NULL,
  file_id bigint NOT NULL,
  document text NOT NULL CHECK (document IN ('application', 'withdrawal', 'conclusion')),
  -- Whose signatures are due, numbers of the document's signers.
  due smallint[] NOT NULL,
  -- "open", {"done": what was found}, "failed"; codes and pages, never words.
  reading jsonb NOT NULL DEFAULT '"open"',
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, file_id),
  FOREIGN KEY (tenant_id, file_id, application_id) REFERENCES app.file (tenant_id, id, application_id)
    DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX scan_check_case ON app.scan_check (tenant_id, application_id, id);
CALL app.case_policies('scan_check', '{attest_tenant,attest_expert}');
GRANT INSERT (tenant_id, application_id, file_id, document, due) ON app.scan_check TO attest_tenant, attest_expert;
CREATE POLICY worker_change ON app.scan_check FOR UPDATE TO attest_worker
  USING (tenant_id = (SELECT app.ctx_tenant()));
GRANT UPDATE (reading) ON app.scan_check TO attest_worker;
CREATE POLICY mover_all ON app.scan_check FOR ALL TO attest_mover
  USING (tenant_id = ANY ((SELECT app.ctx_moving())::int[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON app.scan_check TO attest_mover;

-- A municipality's signed schedule, the same; whoever attaches another scan has it read anew.
ALTER TABLE app.municipal_schedule ADD COLUMN reading jsonb NOT NULL DEFAULT '"open"';
GRANT UPDATE (reading) ON app.municipal_schedule TO attest_tenant, attest_worker;

-- The day of a schedule's last change is the oldest day its paper may be printed on.
ALTER TABLE app.schedule_row ADD COLUMN changed_at timestamptz NOT NULL DEFAULT app.ctx_now();
CREATE FUNCTION app.note_schedule_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := app.ctx_now();
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION app.note_schedule_change() FROM PUBLIC;
CREATE TRIGGER note_change BEFORE UPDATE OF tenant_id, period_id, mark ON app.schedule_row FOR EACH ROW
  WHEN (OLD.tenant_id <> NEW.tenant_id OR OLD.period_id IS DISTINCT FROM NEW.period_id
    OR (OLD.mark = 'approved' AND NEW.mark = 'preliminary'))
  EXECUTE FUNCTION app.note_schedule_change();

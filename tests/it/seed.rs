//! A municipality with a row in every tenant table: what the generated suites walk over.

use tests::{Person, Town, World};
use uuid::Uuid;

/// A municipality with everybody and everything in it.
pub struct Full {
    pub town: Town,
    pub teacher: Person,
    pub school: Person,
    pub coordinator: Person,
    pub expert: Person,
}

/// Makes one. The application is registered, has a schedule, an expert, a conclusion, a
/// decision and everything else that may hang on it.
pub async fn full(world: &World) -> Full {
    let town = world.town().await;
    let teacher = town.teacher().await;
    let organisation = teacher.organisation.unwrap();
    let school = town.school(organisation).await;
    let coordinator = town.coordinator().await;
    let expert = town.expert().await;
    let application = town.registered(&teacher, &coordinator).await;
    let (tenant, id) = (town.id, application.id);
    let (account, membership) = (teacher.account.0, teacher.membership);
    let (expert_account, expert_membership) = (expert.account.0, expert.membership);
    let coordinator_account = coordinator.account.0;
    let coordinator_membership = coordinator.membership;
    // Where its teacher asks to be transferred to.
    let elsewhere = world.town().await.id;
    let uuid = Uuid::now_v7;
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "INSERT INTO app.organisation_request (tenant_id, public_id, membership_id, account_id, type, name)
           VALUES ({tenant}, '{}', {membership}, {account}, 'obshchee', 'Новая школа');
         INSERT INTO app.invitation (tenant_id, public_id, email, role, nonce, token_sha256, invited_by, expires_at)
           VALUES ({tenant}, '{}', 'e{id}@example.test', 'expert', '{}', sha256('{id}'), {coordinator_account},
                   now() + interval '1 day');
         INSERT INTO app.deletion (tenant_id, public_id, membership_id, account_id, nonce, token_sha256, expires_at)
           VALUES ({tenant}, gen_random_uuid(), {membership}, {account}, gen_random_uuid(), sha256('deletion {id}'),
                   now() + interval '1 day');
         INSERT INTO app.application_event (tenant_id, application_id, role, act, words)
           VALUES ({tenant}, {id}, 'worker', 'test.seed', 'Слова');
         INSERT INTO app.document_request (tenant_id, application_id, what, until, by_account, by_role)
           VALUES ({tenant}, {id}, 'Справка', '2026-09-30', {coordinator_account}, 'municipal');
         INSERT INTO app.correction (tenant_id, application_id, former, present, reason, by_account)
           VALUES ({tenant}, {id}, '{{}}', '{{}}', 'Опечатка', {coordinator_account});
         INSERT INTO app.application_flag (tenant_id, application_id, code, words)
           VALUES ({tenant}, {id}, 'seed', 'Слова');
         INSERT INTO app.withdrawal (tenant_id, public_id, application_id, reason, by_role, by_account)
           VALUES ({tenant}, '{}', {id}, 'Причина', 'teacher', {account});
         INSERT INTO app.schedule_row (tenant_id, application_id) VALUES ({tenant}, {id});
         INSERT INTO app.gap_request (tenant_id, application_id, asked_by, comment, state, answer, answered_at,
             answered_by, answered_name)
           VALUES ({tenant}, {id}, {coordinator_account}, 'Нужен химик', 'declined', 'Некого', now(), 1, 'Оператор');
         INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
             expert_membership_id, expert_account_id, expert_name, assigned_by)
           VALUES ({tenant}, {id}, {account}, 1, {tenant}, {expert_membership}, {expert_account}, 'Эксперт',
                   {coordinator_account});
         INSERT INTO app.transfer (tenant_id, public_id, to_tenant_id, kind, subject_id, account_id, name, reason,
             asked_by)
           VALUES ({tenant}, '{}', {elsewhere}, 'teacher', {membership}, {account}, 'Иванова Мария', 'Переезд',
                   {account});
         WITH p AS (INSERT INTO app.period (public_id, name, starts, ends)
             VALUES ('{}', 'период {id}', date '3000-01-01' + 2 * {id}::int, date '3000-01-02' + 2 * {id}::int) RETURNING id)
         INSERT INTO app.municipal_schedule (tenant_id, public_id, period_id, s3_key, file_name, content_type, size,
             sha256, by_account)
           SELECT {tenant}, '{}', p.id, 't/{tenant}/' || gen_random_uuid(), 'график.pdf', 'application/pdf', 1, '\\x00',
             {coordinator_account} FROM p;
         INSERT INTO app.saved_view (public_id, account_id, role, membership_id, list, query, name)
           VALUES ('{}', {coordinator_account}, 'municipal', {coordinator_membership}, 'applications', 'state=all', 'Вид {id}');
         INSERT INTO app.upload (public_id, account_id, name, size) VALUES (gen_random_uuid(), {account}, 'скан.pdf', 1);
         INSERT INTO app.letter (tenant_id, public_id, account_id, kind, application_id)
           VALUES ({tenant}, '{}', {account}, 'registered', {id});
         INSERT INTO app.job (tenant_id, kind, application_id, object_id, account_id, membership_id, role)
           VALUES ({tenant}, 'application_pdf', {id}, 1, {account}, {membership}, 'teacher');
         INSERT INTO app.municipality_export (tenant_id, public_id, state, s3_key, size, sha256, started_at)
           VALUES ({tenant}, '{}', 'done', 'export/{tenant}/seed', 1, '\\x00', now());
         INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
           VALUES ('{}', {tenant}, {coordinator_account}, {coordinator_membership}, 'municipal', 'journal', '{{\"kind\": \"journal\"}}');",
        uuid(),
        uuid(),
        uuid(),
        uuid(),
        uuid(),
        uuid(),
        uuid(),
        uuid(),
        uuid(),
        uuid(),
        uuid(),
    ))
    .await;
    let file: i64 = sql
        .value(&format!(
            "INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, by_role)
             VALUES ({tenant}, '{}', {id}, 't/{tenant}/seed', 'скан.pdf', 'application/pdf', 1, '\\x00', 'teacher')
             RETURNING id",
            uuid()
        ))
        .await
        .unwrap();
    sql.script(&format!(
        "INSERT INTO app.attachment (tenant_id, public_id, application_id, file_id, kind, by_role, by_account)
           VALUES ({tenant}, '{}', {id}, {file}, 'results_table', 'teacher', {account});
         INSERT INTO app.rendition (tenant_id, application_id, kind, of_id, file_id)
           VALUES ({tenant}, {id}, 'application', 1, {file});
         INSERT INTO app.scan_check (tenant_id, application_id, file_id, document, due)
           VALUES ({tenant}, {id}, {file}, 'application', '{{0}}');
         INSERT INTO app.preview (tenant_id, application_id, file_id) VALUES ({tenant}, {id}, {file});
         INSERT INTO app.document_view (tenant_id, application_id, file_id, subject_id, account_id, role)
           VALUES ({tenant}, {id}, {file}, {account}, {coordinator_account}, 'municipal');
         WITH c AS (INSERT INTO app.conclusion (tenant_id, application_id, place)
             VALUES ({tenant}, {id}, 'at_teacher') RETURNING id)
         INSERT INTO app.conclusion_file (tenant_id, application_id, conclusion_id, file_id, signed, by_account, by_role)
           SELECT {tenant}, {id}, c.id, {file}, 'none', {expert_account}, 'expert' FROM c;
         INSERT INTO app.conclusion_signature (tenant_id, application_id, edition, who, signed, by_account, by_role)
           VALUES ({tenant}, {id}, 1, 'expert1', true, {expert_account}, 'expert');
         INSERT INTO app.conclusion_form (tenant_id, application_id, marks, by_account)
           VALUES ({tenant}, {id}, '[]', {expert_account});
         INSERT INTO app.conclusion_reminder (tenant_id, application_id, account_id, on_day)
           VALUES ({tenant}, {id}, {account}, '2026-09-01');
         WITH h AS (INSERT INTO app.handover (tenant_id, public_id, municipality, year, number, month, made_on, made_by)
             VALUES ({tenant}, '{}', 'Муниципалитет {tenant}', 2026, 1, '2026-08-01', '2026-08-15', 'Координатор') RETURNING id)
         INSERT INTO app.handover_row (tenant_id, handover_id, application)
           SELECT {tenant}, h.id, a.public_id FROM h, app.application a WHERE a.id = {id};
         WITH o AS (INSERT INTO app.order (public_id, number, date, s3_key, file_name, size, sha256)
             VALUES ('{}', 'seed-{id}', '2026-12-01', 'r/' || gen_random_uuid(), 'распоряжение.pdf', 1, '\\x00') RETURNING id)
         INSERT INTO app.decision (tenant_id, application_id, order_id, granted, category)
           SELECT {tenant}, {id}, o.id, true, 'first' FROM o;",
        uuid(),
        uuid(),
        uuid(),
    ))
    .await;
    Full {
        town,
        teacher,
        school,
        coordinator,
        expert,
    }
}

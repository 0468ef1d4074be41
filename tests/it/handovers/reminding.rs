//! Reminding of many conclusions at once (R-CON-2).

use super::*;

/// One press reminds of two hundred at most and says how to go on (R-CON-2).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_con_2_reminding_is_bounded_and_goes_on_where_it_was() {
    let scene = Scene::new().await;
    let (_, first) = scene.case("Авдеева").await;
    let (account, tenant) = (scene.coordinator.account.0, scene.town.id);
    // 230 more like it, by the superuser's hand.
    scene
        .world
        .superuser()
        .await
        .script(&format!(
            "SET session_replication_role = replica;
             CREATE TEMP TABLE one AS SELECT * FROM app.application WHERE id = {id};
             DO $$
             DECLARE
               n int;
               columns CONSTANT text := (SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
                 WHERE attrelid = 'app.application'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
             BEGIN
               FOR n IN 1..230 LOOP
                 UPDATE one SET id = {id} + 100000 + n, card_id = {id} + 100000 + n, public_id = gen_random_uuid(),
                   registered_number = 1000 + n;
                 EXECUTE format('INSERT INTO app.application (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM one', columns,
                   columns);
                 INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark)
                   SELECT tenant_id, {id} + 100000 + n, period_id, mark FROM app.schedule_row WHERE application_id = {id};
                 INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
                     expert_membership_id, expert_account_id, expert_name, assigned_by)
                   SELECT tenant_id, {id} + 100000 + n, applicant_account_id, slot, expert_tenant_id,
                     expert_membership_id, expert_account_id, expert_name, {account} FROM app.assignment
                     WHERE application_id = {id};
               END LOOP;
             END $$;
             SET session_replication_role = origin;",
            id = first.id
        ))
        .await;
    let reminded = format!(
        "SELECT count(DISTINCT application_id) FROM app.conclusion_reminder WHERE tenant_id = {tenant}"
    );
    let mut sql = scene.world.superuser().await;
    let site = scene.world.serve().await;
    let browser = site.browser_of(&scene.coordinator).await;
    let shown = page(&browser, MONTH).await;
    let done = browser.submit(&shown, REMIND, &[]).await;
    assert_eq!(done.heading(), "Результат напоминания", "{}", done.told());
    assert_eq!(sql.value::<i64>(&reminded).await, Ok(200));
    let rest = browser.submit(&done, "Напомнить остальным", &[]).await;
    assert_eq!(rest.heading(), "Результат напоминания", "{}", rest.told());
    assert!(!says(&rest, "Напомнить остальным"), "{}", rest.body);
    assert_eq!(sql.value::<i64>(&reminded).await, Ok(231));
}

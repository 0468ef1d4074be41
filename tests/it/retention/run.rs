//! The worker's run: it counts as the domain does, destroys each case once however many workers there
//! are, and is nobody else's.

use app::retention::Run;
use domain::retention::kept_until;
use tests::{Login, Session, World, sql::Refused};

use super::{count, destroy};
use crate::seed::{Full, full};

/// The database counts as the domain does, whatever the region's setting.
#[tokio::test]
async fn sec_87_the_term_in_the_database_is_the_domains() {
    let world = World::own().await;
    let mut sql = world.superuser().await;
    for years in [1_u64, 5, 75] {
        sql.script(&format!(
            "INSERT INTO app.region_setting VALUES ('retention_years', '{years}')
             ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value"
        ))
        .await;
        for now in [
            "2026-12-31T16:59:59Z",
            "2026-12-31T17:00:00Z",
            "2028-02-29T00:00:00Z",
        ] {
            world.set_now(now);
            sql.set("now", &world.now().to_rfc3339()).await;
            let through: chrono::NaiveDate = sql.value("SELECT app.final_through()").await.unwrap();
            let today = world.app().zone().today(world.now());
            let next = through.succ_opt().unwrap();
            assert!(kept_until(through, years) < today, "{now}, {years}");
            assert!(kept_until(next, years) >= today, "{now}, {years}");
        }
    }
}

/// What is destroyed is destroyed: a term made shorter by a slip can be taken back.
#[tokio::test]
async fn sec_87_a_shorter_term_counts_after_thirty_days() {
    let world = World::own().await;
    world.set_now("2026-06-01T00:00:00Z");
    let mut sql = world.superuser().await;
    sql.set("now", &world.now().to_rfc3339()).await;
    let account = world.admin().await.account.0;
    sql.script(&format!(
        "UPDATE app.region_setting SET value = '1' WHERE key = 'retention_years';
         INSERT INTO app.region_change (list, key, former, present, by_account)
           VALUES ('setting', 'retention_years', '\"5\"', '\"1\"', {account})"
    ))
    .await;
    for (now, through) in [
        ("2026-06-01T00:00:00Z", "2020-12-31"),
        ("2026-06-30T23:59:59Z", "2020-12-31"),
        ("2026-07-01T00:00:01Z", "2024-12-31"),
    ] {
        world.set_now(now);
        sql.set("now", &world.now().to_rfc3339()).await;
        let found: String = sql.value("SELECT app.final_through()::text").await.unwrap();
        assert_eq!(found, through, "{now}");
    }
}

/// Copies the case of a municipality so many times.
pub async fn copies(sql: &mut Session, of: &Full, n: usize) {
    sql.script(&format!(
        "SET session_replication_role = replica;
         INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id, category,
             procedure, form, status, route, edition, submitted_at, due_on, surname, name, final_on)
           SELECT tenant_id, gen_random_uuid(), card_id, account_id, membership_id, organisation_id, category,
             procedure, form, 'rejected', route, edition, submitted_at, due_on, surname, name, '2019-03-03'
           FROM app.application, generate_series(1, {n}) WHERE tenant_id = {};
         SET session_replication_role = origin",
        of.town.id
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_87_two_workers_destroy_each_case_once() {
    let world = World::own().await;
    let own = full(&world).await;
    let mut sql = world.superuser().await;
    copies(&mut sql, &own, 450).await;
    // One that was killed before its commit: nothing of it is there.
    let mut killed = world.db().enter_worker(None).await.unwrap();
    assert_eq!(
        db::work::retention::destroy(&mut killed, 100, 0)
            .await
            .unwrap(),
        100
    );
    drop(killed);
    assert_eq!(count(&mut sql, "past_case", "true").await, 0);
    let second = world.another_app(2);
    let other = async {
        let mut batches = 0;
        let mut run = Run::default();
        while second.destroy_due(&mut run).await.unwrap() {
            batches += 1;
        }
        batches
    };
    let (mine, others) = tokio::join!(destroy(&world), other);
    assert_eq!(mine + others, 5);
    assert_eq!(
        count(&mut sql, "past_case", "outcome = 'rejected'").await,
        450
    );
    let tenant = format!("tenant_id = {}", own.town.id);
    assert_eq!(count(&mut sql, "application", &tenant).await, 1);
    let acts: Vec<String> = sql
        .list(
            "SELECT a.number || ' ' || count(*) FROM app.destruction_act a JOIN app.destroyed d ON d.act_id = a.id
             WHERE a.closed_at IS NOT NULL GROUP BY a.number",
        )
        .await;
    assert_eq!(acts, ["1 450"]);
}

/// A case that something unforeseen still hangs on held up all that were due after it.
#[tokio::test]
async fn sec_87_what_is_refused_holds_up_nobody() {
    let world = World::own().await;
    let own = full(&world).await;
    let mut sql = world.superuser().await;
    copies(&mut sql, &own, 250).await;
    let tenant = format!("tenant_id = {}", own.town.id);
    let due = format!("{tenant} AND final_on IS NOT NULL");
    sql.script(&format!(
        "CREATE TABLE public.hindrance (tenant_id int, application_id bigint,
           FOREIGN KEY (tenant_id, application_id) REFERENCES app.application (tenant_id, id) DEFERRABLE);
         INSERT INTO public.hindrance SELECT tenant_id, id FROM app.application WHERE {due} ORDER BY id OFFSET 120 LIMIT 2"
    ))
    .await;
    assert_eq!(world.app().figures_of_work().await.unwrap().to_destroy, 250);
    destroy(&world).await;
    assert_eq!(count(&mut sql, "past_case", "true").await, 248);
    assert_eq!(count(&mut sql, "application", &due).await, 2);
    assert_eq!(world.app().figures_of_work().await.unwrap().to_destroy, 2);
    // The act says of those that went, and is closed.
    let told = sql.value(
        "SELECT count(*) FROM app.destroyed d JOIN app.destruction_act a ON a.id = d.act_id
       WHERE a.closed_at IS NOT NULL",
    );
    assert_eq!(told.await, Ok(248_i64));
    // Once nothing hangs on them the next run takes them.
    sql.script("DROP TABLE public.hindrance").await;
    destroy(&world).await;
    assert_eq!(count(&mut sql, "application", &due).await, 0);
}

#[tokio::test]
async fn sec_87_nobody_but_the_worker_destroys() {
    let world = World::own().await;
    let own = full(&world).await;
    let mut sql = world.superuser().await;
    copies(&mut sql, &own, 1).await;
    for login in Login::RUNTIME {
        let mut session = world.login(login).await;
        session.set("role", "worker").await;
        session.set("tenant", &own.town.id.to_string()).await;
        session.set("moving", &format!("{{{}}}", own.town.id)).await;
        session
            .set("leaving", &format!("{{{}}}", own.teacher.account.0))
            .await;
        for statement in [
            "SELECT app.destroy_due(100, 0)".to_owned(),
            format!("SELECT app.erase_cases({}, '{{1}}')", own.town.id),
            format!("SELECT app.withdraw_account({}, '{{1}}')", own.teacher.account.0),
            "SELECT app.due_cases(1, 0)".to_owned(),
            "SELECT app.bare_accounts(1, 0)".to_owned(),
            "INSERT INTO app.past_case (municipality_id, year, procedure, route, outcome) VALUES (1, 1, '', '', 'granted')".to_owned(),
            "UPDATE app.destroyed SET number = ''".to_owned(),
            "UPDATE app.destruction_act SET number = 7".to_owned(),
            "DELETE FROM app.destruction_act".to_owned(),
            format!("UPDATE app.account SET withdrawn_at = NULL WHERE id = {}", own.teacher.account.0),
        ] {
            let outcome = session.probe(&statement).await;
            let expected = Err(Refused(Refused::PRIVILEGE.to_owned()));
            assert_eq!(outcome, expected, "{login:?}: {statement}");
        }
    }
    // Acts are kept by whoever owns them, too.
    assert_eq!(destroy(&world).await, 1);
    for table in ["past_case", "destroyed", "destruction_act"] {
        let outcome = sql.probe(&format!("DELETE FROM app.{table}")).await;
        assert!(outcome.is_err(), "{table}");
    }
}

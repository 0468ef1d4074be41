//! Registering many: a dry run writes nothing and says what the act will say; two people with the
//! same rows never do one of them twice.

use std::collections::BTreeSet;

use domain::role::Role;
use futures::future::join;
use reqwest::StatusCode;
use tests::{Application, Person, Session, Town, World};
use uuid::Uuid;

/// What registering leaves behind, counted over the region.
async fn left(sql: &mut Session) -> Vec<i64> {
    sql.list(
        "SELECT count(*) FROM app.registration UNION ALL SELECT count(*) FROM app.application_event
         UNION ALL SELECT count(*) FROM app.letter UNION ALL SELECT sum(version)::bigint FROM app.application",
    )
    .await
}

async fn waiting(town: &Town, how_many: usize, procedure: &str) -> Vec<Application> {
    let mut all = Vec::new();
    for _ in 0..how_many {
        let teacher = town.teacher().await;
        all.push(town.submitted_by(&teacher, procedure).await);
    }
    all
}

async fn marked(town: &Town, rows: &[Application]) -> Vec<(Uuid, i32)> {
    let mut marked = Vec::new();
    for row in rows {
        marked.push((row.public_id, row.version(town).await));
    }
    marked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_operators_share_a_hundred_rows() {
    let world = World::own().await;
    let town = world.town().await;
    let rows = waiting(&town, 100, "simplified").await;
    let marked = marked(&town, &rows).await;
    let (one, other) = (world.operator().await, world.operator().await);
    let (here, there) = (world.another_app(4), world.another_app(4));
    let (first, second) = join(
        here.register_many(&one, &marked),
        there.register_many(&other, &marked),
    )
    .await;
    let (first, second) = (first.unwrap(), second.unwrap());
    let mut numbers = BTreeSet::new();
    let mut told = 0;
    for ((id, _, mine), (same, _, theirs)) in first.iter().zip(&second) {
        assert_eq!(id, same);
        let (done, late) = match (mine, theirs) {
            (Ok(done), Err(late)) | (Err(late), Ok(done)) => (done, late),
            both => panic!("{both:?}"),
        };
        assert!(numbers.insert(done.0), "{} twice", done.0);
        // The other is told the number, who and when.
        let words = late.to_string();
        assert!(words.contains(&format!("№ {} от", done.0)), "{words}");
        assert!(words.contains("Заявление зарегистрировано: "), "{words}");
        told += 1;
    }
    assert_eq!(numbers, (1..=100).collect());
    let mut sql = world.superuser().await;
    let lines: i64 = sql
        .value("SELECT count(*) FROM app.registration")
        .await
        .unwrap();
    assert_eq!(lines, 100);
    let letters: i64 = sql
        .value("SELECT count(*) FROM app.letter WHERE kind = 'registered'")
        .await
        .unwrap();
    assert_eq!(letters, 100);
    println!("lists: {told} rows shared by two operators, each done once");
}

/// Three that can be registered, one registered already, one frozen by a withdrawal.
async fn mixed(
    world: &World,
    town: &Town,
    registrar: &Person,
    procedure: &str,
) -> Vec<Application> {
    let rows = waiting(town, 5, procedure).await;
    let app = world.app();
    let version = rows[3].version(town).await;
    app.register(registrar, rows[3].public_id, version)
        .await
        .unwrap();
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "INSERT INTO app.withdrawal (tenant_id, public_id, application_id, reason, by_role, by_account, state, file_id)
           SELECT tenant_id, '{}', id, 'Причина', 'teacher', account_id, 'formed', NULL FROM app.application WHERE id = {};
         SET session_replication_role = replica;
         UPDATE app.withdrawal SET state = 'under_review', file_id = 1 WHERE application_id = {}",
        Uuid::now_v7(),
        rows[4].id,
        rows[4].id
    ))
    .await;
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_says_what_registering_will_say_and_writes_nothing() {
    let world = World::own().await;
    let site = world.serve().await;
    for (role, path, procedure) in [
        (Role::Operator, "/operator/queue", "simplified"),
        (Role::Municipal, "/municipal/applications", "general"),
    ] {
        let town = world.town().await;
        let registrar = match role {
            Role::Operator => world.operator().await,
            _ => town.coordinator().await,
        };
        let rows = mixed(&world, &town, &registrar, procedure).await;
        let browser = site.browser_of(&registrar).await;
        let mut sql = world.superuser().await;
        let before = left(&mut sql).await;

        let list = browser.get(path).await;
        let nothing = browser.send(&list.form("Проверить отмеченные"), &[]).await;
        assert_eq!(
            nothing.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            nothing.told()
        );
        let mut form = list.form("Проверить отмеченные");
        for (id, version) in marked(&town, &rows).await {
            form.fields
                .push(("application".to_owned(), format!("{id}.{version}")));
        }
        form.set("check", "marked");
        let checked = browser.send(&form, &[]).await;
        assert_eq!(checked.status, StatusCode::OK, "{}", checked.told());
        assert_eq!(checked.heading(), "Проверка перед регистрацией");
        for words in [
            "3 можно, 2 нельзя.",
            "Заявление зарегистрировано: ",
            "Сначала рассмотрите отзыв",
        ] {
            assert!(checked.body.contains(words), "{words}: {}", checked.body);
        }
        assert_eq!(left(&mut sql).await, before, "{path}");

        // All of the filter: what waits, the frozen one among it.
        form.set("check", "all");
        let all = browser.send(&form.clone().anew(), &[]).await;
        assert!(all.body.contains("3 можно, 1 нельзя."), "{}", all.body);
        assert_eq!(left(&mut sql).await, before, "{path}");

        let register = checked.form("Зарегистрировать 3");
        let done = browser.send(&register, &[]).await;
        assert_eq!(done.heading(), "Результат регистрации", "{}", done.told());
        assert!(
            done.body.contains("Зарегистрировано: 3 из 3."),
            "{}",
            done.body
        );
        for row in &rows[..4] {
            assert_eq!(row.status(&town).await, "registered");
        }
        assert_eq!(rows[4].status(&town).await, "under_review");
        // Once more: each row says what it is, nothing is done twice.
        let after = left(&mut sql).await;
        let again = browser.send(&register.anew(), &[]).await;
        assert!(
            again.body.contains("Зарегистрировано: 0 из 3."),
            "{}",
            again.body
        );
        assert_eq!(left(&mut sql).await, after, "{path}");
    }
}

/// The coordinator is shown no such buttons where only the operator registers (R-ROUTE-3).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_route_3_many_of_the_operators_route_are_refused_a_coordinator() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let rows = waiting(&town, 2, "simplified").await;
    let marked = marked(&town, &rows).await;
    let site = world.serve().await;
    let browser = site.browser_of(&coordinator).await;
    let tab = browser.get("/municipal/applications?tab=simplified").await;
    assert!(tab.body.contains("Найдено: 2."), "{}", tab.told());
    assert!(!tab.body.contains("Зарегистрировать"), "{}", tab.told());
    let checked = world
        .app()
        .check_registration(&coordinator, &marked)
        .await
        .unwrap();
    assert!(checked.iter().all(|row| row.refusal.is_some()));
    let answers = world
        .app()
        .register_many(&coordinator, &marked)
        .await
        .unwrap();
    assert!(answers.iter().all(|(_, _, outcome)| outcome.is_err()));
    for row in &rows {
        assert_eq!(row.status(&town).await, "under_review");
    }
}

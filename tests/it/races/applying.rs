//! Applying: double clicks, two tabs, retries after a lost answer (R-APP-8).

use app::applications::Submission;
use tests::{World, choice, sql::Refused};

use super::{at_once, processes};

/// R-APP-2, R-APP-8: fifty presses of «Подать заявление» in five processes submit once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_8_fifty_submissions_are_one() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let teacher = town.teacher().await;
    let application = town.ready(&teacher).await;
    let version = application.version(&town).await;
    let processes = processes(&world);
    let tasks = (0..50).map(|index| {
        let (app, teacher) = (processes[index % processes.len()].clone(), teacher.clone());
        async move {
            app.submit(&teacher, application.public_id, version)
                .await
                .unwrap()
        }
    });
    let outcomes = at_once(tasks).await;
    let done = outcomes
        .iter()
        .filter(|outcome| **outcome == Submission::Done)
        .count();
    assert_eq!(
        done, 1,
        "one is told it did it, the others that it is done: {outcomes:?}"
    );
    assert_eq!(application.status(&town).await, "under_review");
    let events = application.count(&town, "application_event", "act = 'application.submit'");
    assert_eq!(events.await, 1);
    for account in [teacher.account.0, coordinator.account.0] {
        let letters = format!("kind = 'submitted' AND account_id = {account}");
        assert_eq!(application.count(&town, "letter", &letters).await, 1);
    }
}

/// R-APP-8: twenty presses of «Сформировать» on an empty cabinet make one card, one
/// application, one edition, one order to print it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_8_twenty_beginnings_are_one() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let card = town.card(&teacher).await;
    let processes = processes(&world);
    let tasks = (0..20).map(|index| {
        let (app, teacher) = (processes[index % processes.len()].clone(), teacher.clone());
        async move { app.form_application(&teacher, card, 0, &choice()).await }
    });
    let outcomes = at_once(tasks).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let mut sql = world.superuser().await;
    let found: String = sql
        .value(&format!(
            "SELECT count(*) || ' ' || min(status) || ' ' || max(edition) FROM app.application WHERE account_id = {}",
            teacher.account.0
        ))
        .await
        .unwrap();
    assert_eq!(found, "1 formed 1");
    let jobs: i64 = sql
        .value(&format!(
            "SELECT count(*) FROM app.job WHERE tenant_id = {}",
            town.id
        ))
        .await
        .unwrap();
    assert_eq!(jobs, 1);
}

/// The first look into an empty cabinet makes its card; twenty first looks make one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_first_looks_make_one_card() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let processes = processes(&world);
    let tasks = (0..20).map(|index| {
        let (app, teacher) = (processes[index % processes.len()].clone(), teacher.clone());
        async move { app.own(&teacher, None).await.unwrap().cards.len() }
    });
    assert_eq!(at_once(tasks).await, vec![1; 20]);
    let mut sql = world.superuser().await;
    let cards: i64 = sql
        .value(&format!(
            "SELECT count(*) FROM app.card WHERE tenant_id = {}",
            town.id
        ))
        .await
        .unwrap();
    assert_eq!(cards, 1);
}

/// The index stands behind the verb.
#[tokio::test]
async fn r_app_8_the_database_refuses_a_second_live_application() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let draft = town.draft(&teacher).await;
    let again = format!(
        "INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id) \
         SELECT tenant_id, gen_random_uuid(), card_id, account_id, membership_id, organisation_id \
         FROM app.application WHERE id = {}",
        draft.id
    );
    let second = teacher.sql().await.probe(&again).await;
    assert_eq!(second, Err(Refused("23505".to_owned())));
}

//! Many at once, over several connections and several processes' pools (R-APP-5, R-APP-8):
//! what may happen once happens once, what must be whole is whole.

use std::{collections::BTreeSet, sync::Arc};

use app::{App, Error};
use futures::future::join_all;
use tests::World;
use tokio::sync::Barrier;

/// Starts all tasks at the same moment and gathers what they return.
async fn at_once<F, T>(tasks: impl IntoIterator<Item = F>) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let tasks: Vec<F> = tasks.into_iter().collect();
    let barrier = Arc::new(Barrier::new(tasks.len()));
    let handles = tasks.into_iter().map(|task| {
        let barrier = Arc::clone(&barrier);
        tokio::spawn(async move {
            barrier.wait().await;
            task.await
        })
    });
    let done = join_all(handles).await;
    done.into_iter().map(|done| done.unwrap()).collect()
}

/// Several processes on one database, as behind a balancer.
fn processes(world: &World) -> Vec<App> {
    (0..5).map(|_| world.another_app(4)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_5_fifty_registrations_are_numbered_without_holes() {
    let world = World::own().await;
    let processes = processes(&world);
    let mut cases = Vec::new();
    for _ in 0..5 {
        let town = world.town().await;
        let coordinator = town.coordinator().await;
        let organisation = town.organisation("municipal").await;
        for _ in 0..10 {
            let teacher = town.teacher_of(organisation).await;
            let application = town.submitted(&teacher).await;
            let version = application.version(&town).await;
            cases.push((coordinator.clone(), application, version));
        }
    }
    let tasks =
        cases
            .into_iter()
            .enumerate()
            .map(|(index, (coordinator, application, version))| {
                let app = processes[index % processes.len()].clone();
                async move {
                    app.register(&coordinator, application.public_id, version)
                        .await
                        .unwrap()
                        .0
                }
            });
    let numbers: BTreeSet<i32> = at_once(tasks).await.into_iter().collect();
    assert_eq!(numbers, (1..=50).collect());
    let mut sql = world.superuser().await;
    let journal: Vec<i32> = sql
        .list("SELECT number FROM app.registration ORDER BY line")
        .await;
    assert_eq!(journal, (1..=50).collect::<Vec<i32>>());
    let broken: i64 = sql
        .value(
            "SELECT count(*) FROM (SELECT previous, coalesce(lag(hash) OVER (ORDER BY line), '\\x') AS before \
             FROM app.registration) x WHERE previous <> before",
        )
        .await
        .unwrap();
    assert_eq!(broken, 0, "the chain holds under concurrency");
    let letters: i64 = sql
        .value("SELECT count(DISTINCT application_id) * 1000 + count(*) FROM app.letter WHERE kind = 'registered'")
        .await
        .unwrap();
    assert_eq!(letters, 50_050, "one letter for each");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_pressing_register_do_it_once() {
    let world = World::shared().await;
    let town = world.town().await;
    let application = town.submitted(&town.teacher().await).await;
    let version = application.version(&town).await;
    let processes = processes(&world);
    let mut tasks = Vec::new();
    for index in 0..20 {
        let coordinator = town.coordinator().await;
        let app = processes[index % processes.len()].clone();
        tasks.push(async move {
            app.register(&coordinator, application.public_id, version)
                .await
        });
    }
    let outcomes = at_once(tasks).await;
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let told = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(Error::Illegal(_) | Error::Stale)))
        .count();
    assert_eq!((done, told), (1, 19), "{outcomes:?}");
    assert_eq!(
        application
            .count(&town, "registration", "kind = 'entry'")
            .await,
        1
    );
    assert_eq!(
        application
            .count(&town, "letter", "kind = 'registered'")
            .await,
        1
    );
    assert_eq!(
        application
            .count(&town, "application_event", "act = 'application.register'")
            .await,
        1
    );
}

/// R-APP-8: fifty beginnings of one card's application make one; the others are refused by
/// the partial unique index, whatever the program does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_8_one_live_application_of_a_card() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let draft = town.draft(&teacher).await;
    let mut sql = teacher.sql().await;
    let again = format!(
        "INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id) \
         SELECT tenant_id, gen_random_uuid(), card_id, account_id, membership_id, organisation_id \
         FROM app.application WHERE id = {}",
        draft.id
    );
    assert_eq!(
        sql.probe(&again).await,
        Err(tests::sql::Refused("23505".to_owned()))
    );
}

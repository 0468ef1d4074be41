//! Registering: numbers, and one winner over an application.

use std::collections::BTreeSet;

use app::{Error, rejection::Rejection};
use tests::World;

use super::{at_once, processes};

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

/// Register against reject: one wins, one letter goes out, the journal knows only the winner.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_5_register_against_reject_has_one_winner() {
    let world = World::own().await;
    let town = world.town().await;
    let (one, other) = (town.coordinator().await, town.coordinator().await);
    let processes = processes(&world);
    let mut registered = 0;
    for round in 0..20 {
        let application = town.submitted(&town.teacher().await).await;
        let version = application.version(&town).await;
        let tasks = (0..4).map(|index| {
            let app = processes[(round + index) % processes.len()].clone();
            let (one, other) = (one.clone(), other.clone());
            async move {
                if index % 2 == 0 {
                    app.register(&one, application.public_id, version)
                        .await
                        .map(|_| "registered")
                } else {
                    app.reject(
                        &other,
                        application.public_id,
                        version,
                        Rejection {
                            reasons: &["fio".to_owned()],
                            ..Rejection::default()
                        },
                    )
                    .await
                    .map(|()| "rejected")
                }
            }
        });
        let outcomes = at_once(tasks).await;
        let won: Vec<_> = outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().ok())
            .collect();
        assert_eq!(won.len(), 1, "{outcomes:?}");
        let told = |outcome: &Result<_, Error>| {
            matches!(outcome, Ok(_) | Err(Error::Illegal(_) | Error::Stale))
        };
        assert!(outcomes.iter().all(told), "{outcomes:?}");
        assert_eq!(application.status(&town).await, *won[0]);
        let letters = "kind IN ('registered', 'rejected')";
        assert_eq!(application.count(&town, "letter", letters).await, 1);
        let winners = format!("kind = '{}'", won[0]);
        assert_eq!(application.count(&town, "letter", &winners).await, 1);
        let lines = application.count(&town, "registration", "true").await;
        assert_eq!(lines, i64::from(*won[0] == "registered"));
        registered += lines;
    }
    let mut sql = world.superuser().await;
    let last: i64 = sql
        .value("SELECT coalesce(max(number), 0)::bigint FROM app.registration")
        .await
        .unwrap();
    assert_eq!(last, registered, "no number was spent on a loser");
}

/// R-ROUTE-3: the coordinator may reject what only the operator may register.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_registers_against_the_coordinators_rejection() {
    let world = World::shared().await;
    let town = world.town().await;
    let (coordinator, operator) = (town.coordinator().await, world.operator().await);
    let processes = processes(&world);
    for round in 0..10 {
        let application = town.submitted_by(&town.teacher().await, "simplified").await;
        let version = application.version(&town).await;
        let tasks = (0..2).map(|index| {
            let app = processes[(round + index) % processes.len()].clone();
            let (coordinator, operator) = (coordinator.clone(), operator.clone());
            async move {
                if index == 0 {
                    app.register(&operator, application.public_id, version)
                        .await
                        .is_ok()
                } else {
                    app.reject(
                        &coordinator,
                        application.public_id,
                        version,
                        Rejection {
                            reasons: &["fio".to_owned()],
                            ..Rejection::default()
                        },
                    )
                    .await
                    .is_ok()
                }
            }
        });
        let won = at_once(tasks).await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1);
        let letters = "kind IN ('registered', 'rejected')";
        assert_eq!(application.count(&town, "letter", letters).await, 1);
    }
}

//! What stands beside an application: withdrawals and the schedule.

use app::{Error, schedule::Plan, withdrawals::Seen};
use tests::{Application, Person, World, received};
use uuid::Uuid;

use super::{at_once, processes};

/// R-WD-1: forming a withdrawal twenty times makes one, whoever presses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_wd_1_twenty_withdrawals_are_one() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let school = town.school(teacher.organisation.unwrap()).await;
    let application = town.submitted(&teacher).await;
    let version = application.version(&town).await;
    let processes = processes(&world);
    let tasks = (0..20).map(|index| {
        let app = processes[index % processes.len()].clone();
        let person = if index % 2 == 0 {
            teacher.clone()
        } else {
            school.clone()
        };
        async move {
            app.form_withdrawal(&person, application.public_id, version, "болезнью")
                .await
        }
    });
    let outcomes = at_once(tasks).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(application.count(&town, "withdrawal", "true").await, 1);
    assert_eq!(
        application
            .count(&town, "job", "kind = 'withdrawal_pdf'")
            .await,
        1
    );
}

/// R-WD-1: a withdrawal accepted against a registration: whichever comes first, the journal
/// and the status agree, and who comes second is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_wd_1_withdrawing_against_registering() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let processes = processes(&world);
    for round in 0..10 {
        let teacher = town.teacher().await;
        let application = town.submitted(&teacher).await;
        let version = application.version(&town).await;
        world
            .app()
            .form_withdrawal(&teacher, application.public_id, version, "болезнью")
            .await
            .unwrap();
        let seen = seen(&world, &teacher, &application).await;
        let tasks = (0..2).map(|index| {
            let app = processes[(round + index) % processes.len()].clone();
            let (coordinator, teacher) = (coordinator.clone(), teacher.clone());
            async move {
                if index == 0 {
                    app.register(&coordinator, application.public_id, version)
                        .await
                        .map(|_| ())
                } else {
                    app.submit_withdrawal(
                        &teacher,
                        application.public_id,
                        seen,
                        &received("скан.pdf"),
                    )
                    .await
                }
            }
        });
        let outcomes = at_once(tasks).await;
        assert!(
            outcomes[1].is_ok(),
            "a withdrawal may follow a registration: {outcomes:?}"
        );
        let registered = outcomes[0].is_ok();
        let expected = if registered {
            "registered"
        } else {
            "under_review"
        };
        assert_eq!(application.status(&town).await, expected);
        let seen = self::seen(&world, &teacher, &application).await;
        world
            .app()
            .accept_withdrawal(&coordinator, application.public_id, seen)
            .await
            .unwrap();
        assert_eq!(application.status(&town).await, "withdrawn");
        let lines = application.count(&town, "registration", "true").await;
        assert_eq!(
            lines,
            if registered { 2 } else { 0 },
            "an entry and its correction"
        );
    }
}

async fn seen(world: &World, teacher: &Person, application: &Application) -> Seen {
    let withdrawing = world
        .app()
        .withdrawal(teacher, application.public_id)
        .await
        .unwrap();
    let open = withdrawing.open().unwrap();
    Seen {
        withdrawal: open.public_id,
        version: open.version,
    }
}

/// R-SCH-2, R-SCH-3: two coordinators plan the same row; one plan stands whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_3_two_plans_of_one_row() {
    let world = World::shared().await;
    let town = world.town().await;
    let (one, other) = (town.coordinator().await, town.coordinator().await);
    let mut experts = Vec::new();
    for _ in 0..4 {
        let expert = town.expert().await;
        let id: Uuid = world
            .superuser()
            .await
            .value(&format!(
                "SELECT public_id FROM app.membership WHERE id = {}",
                expert.membership
            ))
            .await
            .unwrap();
        experts.push(id.to_string());
    }
    let processes = processes(&world);
    for round in 0..5 {
        let application = town.registered(&town.teacher().await, &one).await;
        let tasks = (0..6).map(|index| {
            let app = processes[(round + index) % processes.len()].clone();
            let person = if index % 2 == 0 {
                one.clone()
            } else {
                other.clone()
            };
            let pair = [experts[index % 4].clone(), experts[(index + 1) % 4].clone()];
            async move {
                let plan = Plan {
                    period: "",
                    experts: [&pair[0], &pair[1]],
                    comment: None,
                };
                app.set_schedule(&person, application.public_id, 0, plan)
                    .await
            }
        });
        let outcomes = at_once(tasks).await;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let stale = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Err(Error::Stale | Error::Illegal(_))))
            .count();
        assert_eq!((won, stale), (1, 5), "{outcomes:?}");
        assert_eq!(
            application
                .count(&town, "assignment", "closed_at IS NULL")
                .await,
            2
        );
        let kept: i32 = world
            .superuser()
            .await
            .value(&format!(
                "SELECT experts FROM app.application WHERE id = {}",
                application.id
            ))
            .await
            .unwrap();
        assert_eq!(kept, 2, "what lists read");
        assert_eq!(
            application
                .count(&town, "letter", "kind = 'assigned'")
                .await,
            2
        );
        assert_eq!(
            application
                .count(&town, "letter", "kind = 'experts_assigned'")
                .await,
            1
        );
    }
}

/// Who takes the row of the schedule and then the case meets who takes the case and then the row:
/// Postgres ends one of them, and the person is told that the page is old.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_told_as_a_change_meanwhile() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let mut sql = world.superuser().await;
    let mut experts = Vec::new();
    for _ in 0..2 {
        let membership = town.expert().await.membership;
        let id = format!("SELECT public_id FROM app.membership WHERE id = {membership}");
        experts.push(sql.value::<Uuid>(&id).await.unwrap().to_string());
    }
    let application = town.registered(&town.teacher().await, &coordinator).await;
    let app = world.app();
    let plan = |experts| Plan {
        period: "",
        experts,
        comment: None,
    };
    app.set_schedule(
        &coordinator,
        application.public_id,
        0,
        plan([&experts[0], ""]),
    )
    .await
    .unwrap();

    // Never the one that looks for the deadlock.
    sql.script(&format!(
        "SET deadlock_timeout = '10min'; BEGIN; SELECT 1 FROM app.schedule_row WHERE application_id = {} FOR UPDATE",
        application.id
    ))
    .await;
    let waits = async {
        let mut looking = world.superuser().await;
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
            AND wait_event_type = 'Lock' AND query LIKE '%app.schedule_row%'";
        while looking.value::<i64>(waiting).await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        sql.script(&format!(
            "UPDATE app.application SET version = version WHERE id = {}; COMMIT",
            application.id
        ))
        .await;
    };
    let plans = app.set_schedule(
        &coordinator,
        application.public_id,
        1,
        plan([&experts[0], &experts[1]]),
    );
    let (outcome, ()) = tokio::join!(plans, waits);
    assert!(matches!(outcome, Err(Error::Stale)), "{outcome:?}");
}

//! Many at once, over several connections and several processes' pools (R-APP-5, R-APP-8):
//! what may happen once happens once, what must be whole is whole.

use std::{collections::BTreeSet, sync::Arc};

use app::{
    App, Error, accounts::NewAccount, applications::Submission, invitations::Invite,
    schedule::Plan, withdrawals::Seen,
};
use futures::future::join_all;
use tests::{Application, Person, World, choice, received, sql::Refused};
use tokio::sync::Barrier;
use uuid::Uuid;

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
                        &["fio".to_owned()],
                        "",
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
                        &["fio".to_owned()],
                        "",
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

/// R-ACC-4: a link is used once, whoever is quicker.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_4_an_invitation_is_accepted_once() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let invite = Invite {
        emails: "expert@example.test".to_owned(),
        role: "expert".to_owned(),
        ..Invite::default()
    };
    world.app().invite(&coordinator, &invite).await.unwrap();
    let token = world.invitation_token(&town).await;
    let elsewhere = world.town().await;
    let processes = processes(&world);
    let mut tasks = Vec::new();
    for index in 0..20 {
        let person = elsewhere.teacher().await.as_person();
        let (app, token) = (processes[index % processes.len()].clone(), token.clone());
        tasks.push(async move { app.accept_invitation(person, &token).await });
    }
    let outcomes = at_once(tasks).await;
    let accepted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(accepted, 1, "{outcomes:?}");
    let told = |outcome: &Result<(), Error>| {
        matches!(outcome, Ok(()) | Err(Error::Illegal(_) | Error::Stale))
    };
    assert!(outcomes.iter().all(told), "{outcomes:?}");
    let mut sql = world.superuser().await;
    let memberships: i64 = sql
        .value(&format!(
            "SELECT count(*) FROM app.membership WHERE tenant_id = {} AND role = 'expert'",
            town.id
        ))
        .await
        .unwrap();
    assert_eq!(memberships, 1);
}

/// SEC-45: of parallel uses of a link one sets the password, and every session ends once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_45_a_password_link_is_used_once() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    world.app().forget_password(&teacher.login).await.unwrap();
    let token = world.password_token(&teacher).await;
    let processes = processes(&world);
    let tasks = (0..10).map(|index| {
        let (app, token) = (processes[index % processes.len()].clone(), token.clone());
        async move {
            let password = format!("Заря над рекой {index}");
            app.reset_password(&token, &password, &password).await
        }
    });
    let outcomes = at_once(tasks).await;
    let set = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(set, 1, "{outcomes:?}");
    let mut sql = world.superuser().await;
    let epoch: i32 = sql
        .value(&format!(
            "SELECT epoch FROM app.account WHERE id = {}",
            teacher.account.0
        ))
        .await
        .unwrap();
    assert_eq!(epoch, 2);
}

/// R-ACC-2: a login is taken once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_2_a_login_is_taken_once() {
    let world = World::shared().await;
    let login = format!("race{}", Uuid::new_v4().simple())[..24].to_owned();
    let processes = processes(&world);
    let tasks = (0..10).map(|index| {
        let app = processes[index % processes.len()].clone();
        // Without regard to case.
        let login = if index % 2 == 0 {
            login.clone()
        } else {
            login.to_uppercase()
        };
        async move {
            let typed = NewAccount {
                login: &login,
                password: "Заря над рекой",
                confirmation: "Заря над рекой",
            };
            app.register_account(typed, None).await.map(|_| ())
        }
    });
    let outcomes = at_once(tasks).await;
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(made, 1, "{outcomes:?}");
    let told = |outcome: &Result<(), Error>| matches!(outcome, Ok(()) | Err(Error::Invalid(_)));
    assert!(outcomes.iter().all(told), "{outcomes:?}");
}

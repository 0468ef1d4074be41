//! People: links used once, logins taken once.

use app::{Error, accounts::NewAccount, invitations::Invite};
use tests::World;
use uuid::Uuid;

use super::{at_once, processes};

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

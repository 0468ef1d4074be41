//! The link of an invitation (SEC-46, R-ACC-4): looked at as often as one likes, used once, within a
//! day, and dead once it was sent again or revoked.

use app::invitations::Invite;
use reqwest::StatusCode;
use tests::{Browser, Person, Town, World};
use uuid::Uuid;

/// Invites an expert: the token of the link.
async fn invite(world: &World, town: &Town, coordinator: &Person, email: &str) -> String {
    let invite = Invite {
        emails: email.to_owned(),
        role: "expert".to_owned(),
        ..Invite::default()
    };
    world.app().invite(coordinator, &invite).await.unwrap();
    world.invitation_token(town).await
}

/// The newest invitation: its id and version.
async fn newest(world: &World, town: &Town) -> (Uuid, i32) {
    let mut sql = world.superuser().await;
    let of = |column: &str| {
        format!(
            "SELECT {column} FROM app.invitation WHERE tenant_id = {} ORDER BY id DESC LIMIT 1",
            town.id
        )
    };
    let id = sql.value(&of("public_id")).await.unwrap();
    (id, sql.value(&of("version")).await.unwrap())
}

async fn shown(browser: &Browser, token: &str) -> StatusCode {
    browser.get(&format!("/invitation/{token}")).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_46_a_link_is_used_once_within_a_day_and_dies_when_it_is_sent_again() {
    let world = World::own().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let guest = site.browser();

    let first = invite(&world, &town, &coordinator, "expert@example.test").await;
    let (id, version) = newest(&world, &town).await;
    for _ in 0..2 {
        assert_eq!(shown(&guest, &first).await, StatusCode::OK);
    }
    let app = world.app();
    app.resend_invitation(&coordinator, id, version)
        .await
        .unwrap();
    let second = world.invitation_token(&town).await;
    assert_eq!(shown(&guest, &first).await, StatusCode::NOT_FOUND);
    assert_eq!(shown(&guest, &second).await, StatusCode::OK);
    // Used by one, it is nobody else's.
    let person = elsewhere.teacher().await.as_person();
    app.accept_invitation(person, &second).await.unwrap();
    assert_eq!(shown(&guest, &second).await, StatusCode::GONE);
    let late = elsewhere.teacher().await.as_person();
    let refused = app.accept_invitation(late, &second).await;
    assert!(
        matches!(refused, Err(app::Error::Illegal(_))),
        "{refused:?}"
    );

    let revoked = invite(&world, &town, &coordinator, "other@example.test").await;
    let (id, version) = newest(&world, &town).await;
    app.revoke_invitation(&coordinator, id, version)
        .await
        .unwrap();
    assert_eq!(shown(&guest, &revoked).await, StatusCode::GONE);
    let refused = app.accept_invitation(late, &revoked).await;
    assert!(
        matches!(refused, Err(app::Error::Illegal(_))),
        "{refused:?}"
    );

    let old = invite(&world, &town, &coordinator, "third@example.test").await;
    let later = world.now() + chrono::Duration::hours(24) + chrono::Duration::minutes(1);
    world.set_now(&later.to_rfc3339());
    assert_eq!(shown(&guest, &old).await, StatusCode::GONE);
    let refused = app.accept_invitation(late, &old).await;
    assert!(
        matches!(refused, Err(app::Error::Illegal(_))),
        "{refused:?}"
    );
}

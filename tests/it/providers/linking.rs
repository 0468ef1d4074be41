//! Whose account an identity is: linked after the proof of both, unlinked but for the last, by an
//! invitation a new one's (SEC-52, SEC-53, R-ACC-4).

use domain::role::Role;
use reqwest::{StatusCode, header};
use serde_json::json;
use tests::{Browser, Issuer, Page, Person, Site, Token, World};

use super::{begin, come, edit, site, site_with, typed};

const LINK: &str = "Привязать учётную запись";

/// Links the identity to the person's account by its password, and signs in.
async fn linked(site: &Site, issuer: &Issuer, person: &Person, subject: &str) -> Browser {
    person.ready_to_sign_in().await;
    let browser = site.browser();
    let page = come(&browser, issuer, "/login/gate", subject).await;
    let page = browser.follow(page).await;
    let done = browser
        .submit(&page, "Войти и привязать", &typed(person))
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    browser
}

async fn letters(world: &World, person: &Person, kind: &str) -> i64 {
    let count = format!(
        "SELECT count(*) FROM app.account_letter WHERE account_id = {} AND kind = '{kind}'",
        person.account.0
    );
    world.superuser().await.value(&count).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_52_an_email_proves_nobody() {
    let (world, issuer) = (World::shared().await, Issuer::start().await);
    let site = site(&world, &issuer).await;
    let person = world.town().await.teacher().await;
    person.ready_to_sign_in().await;
    let email = format!("{}@example.test", person.login);
    let set = format!(
        "UPDATE app.account SET email = '{email}', email_confirmed_at = now() WHERE id = {}",
        person.account.0
    );
    world.superuser().await.run(&set).await.unwrap();
    let subject = format!("of {}", person.login);
    let same_email = |token: &mut Token| {
        token.claims["email"] = email.clone().into();
        token.claims["email_verified"] = true.into();
        token.claims["preferred_username"] = person.login.clone().into();
    };
    let browser = site.browser();
    let asked = begin(&browser, "/login/gate").await;
    let page = browser
        .get(&issuer.grant(&asked, &subject, same_email))
        .await;
    let page = browser.follow(page).await;
    assert_eq!(page.heading(), LINK);
    assert!(!page.body.contains(&email) && !page.body.contains(&person.login));
    assert_eq!(
        browser.get("/cabinet").await.location.as_deref(),
        Some("/login")
    );

    // Proof of the other account as well: its password, typed rightly.
    let wrong = [("Имя пользователя", &*person.login), ("Пароль", "не тот")];
    let refused = browser.submit(&page, "Войти и привязать", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains(&person.login),
        "what was typed is kept"
    );
    let again = come(&site.browser(), &issuer, "/login/gate", &subject).await;
    assert_eq!(again.location.as_deref(), Some("/login/gate/link"));
    let done = browser
        .submit(&refused, "Войти и привязать", &typed(&person))
        .await;
    let home = browser.follow(done).await;
    assert_eq!(home.path, person.role.home(), "{}", home.told());
    assert_eq!(letters(&world, &person, "identity_linked").await, 1);

    // From now on the provider's word is enough, and it is this account's alone.
    let browser = site.browser();
    let page = come(&browser, &issuer, "/login/gate", &subject).await;
    assert_eq!(browser.follow(page).await.path, person.role.home());
    let page = come(&site.browser(), &issuer, "/login/gate", "somebody else").await;
    assert_eq!(page.location.as_deref(), Some("/login/gate/link"));
    let kept: String = world
        .superuser()
        .await
        .value(&format!(
            "SELECT i::text FROM app.identity i WHERE account_id = {}",
            person.account.0
        ))
        .await
        .unwrap();
    assert!(
        !kept.contains(&subject),
        "the subject itself is kept nowhere"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_53_ways_of_sign_in_change_after_a_proof_only() {
    let (world, issuer) = (World::shared().await, Issuer::start().await);
    let site = site(&world, &issuer).await;
    let town = world.town().await;
    let (person, other) = (town.teacher().await, town.teacher().await);
    let with_email = format!(
        "UPDATE app.account SET email = login || '@example.test' WHERE id IN ({}, {})",
        person.account.0, other.account.0
    );
    world.superuser().await.run(&with_email).await.unwrap();
    linked(&site, &issuer, &other, &format!("of {}", other.login)).await;

    // A session whose proof is old is asked for the password first.
    person.ready_to_sign_in().await;
    let browser = site.browser();
    let entered = browser.sign_in("/login", &person.login).await;
    let home = browser.get("/cabinet").await;
    let latest = if home.headers.iter().any(|(name, _)| name == "set-cookie") {
        &home
    } else {
        &entered
    };
    edit(latest, "proved", 0).await;
    let page = browser.get("/profile/identities").await;
    assert!(
        page.body
            .contains("/profile/confirm?next=/profile/identities"),
        "{}",
        page.told()
    );
    let page = browser.get("/login/gate?link=1").await;
    assert_eq!(page.location.as_deref(), Some("/profile/identities"));
    let confirm = browser
        .get("/profile/confirm?next=/profile/identities")
        .await;
    let token = confirm.form("Продолжить").fields;
    let posted = browser.post("/profile/identities", &token).await;
    assert!(posted.location.unwrap().starts_with("/profile/confirm"));
    let wrong = browser
        .submit(&confirm, "Продолжить", &[("Пароль", "не тот")])
        .await;
    assert_eq!(wrong.errors(), ["Неверный пароль"]);
    let right = [("Пароль", tests::world::PASSWORD)];
    let page = browser.submit(&wrong, "Продолжить", &right).await;
    assert_eq!(page.location.as_deref(), Some("/profile/identities"));

    // Another account's identity cannot be taken over, one's own is linked by a form of ours.
    let page = come(
        &browser,
        &issuer,
        "/login/gate?link=1",
        &format!("of {}", other.login),
    )
    .await;
    let page = browser.follow(page).await;
    let taken = browser.submit(&page, "Привязать", &[]).await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "{}", taken.told());
    let own = format!("of {}", person.login);
    let page = come(&browser, &issuer, "/login/gate?link=1", &own).await;
    assert_eq!(letters(&world, &person, "identity_linked").await, 0);
    let page = browser.follow(page).await;
    assert_eq!(
        browser.post("/profile/identities", &[]).await.status,
        StatusCode::FORBIDDEN,
        "without the token"
    );
    let done = browser.submit(&page, "Привязать", &[]).await;
    let page = browser.follow(done).await;
    assert_eq!(letters(&world, &person, "identity_linked").await, 1);

    // Unlinked, as long as another way is left.
    for id in ["0192aaaa-0000-7000-8000-000000000000", "'"] {
        let mut unlink = page.form("Отвязать").anew();
        unlink.set("id", id);
        let foreign = browser.send(&unlink, &[]).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{}", foreign.told());
    }
    let without = format!(
        "UPDATE app.account SET password_phc = NULL WHERE id = {}",
        person.account.0
    );
    world.superuser().await.run(&without).await.unwrap();
    let last = browser.submit(&page, "Отвязать", &[]).await;
    assert_eq!(last.status, StatusCode::CONFLICT, "{}", last.told());
    let with = format!(
        "UPDATE app.account SET password_phc = 'x' WHERE id = {}",
        person.account.0
    );
    world.superuser().await.run(&with).await.unwrap();
    let done = browser.submit(&page, "Отвязать", &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    assert_eq!(letters(&world, &person, "identity_unlinked").await, 1);
    let page = come(&site.browser(), &issuer, "/login/gate", &own).await;
    assert_eq!(page.location.as_deref(), Some("/login/gate/link"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_4_an_invited_person_comes_by_a_provider() {
    let (world, issuer) = (World::shared().await, Issuer::start().await);
    let site = site(&world, &issuer).await;
    let town = world.town().await;
    let coordinator = site.browser_of(&town.coordinator().await).await;
    let page = coordinator.get("/municipal/invitations").await;
    let typed = [
        ("Адрес электронной почты", "invited@example.test"),
        ("Роль", Role::Expert.code()),
    ];
    let sent = coordinator.submit(&page, "Пригласить", &typed).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.told());
    let token = world.invitation_token(&town).await;

    let browser = site.browser();
    let login = format!("/login/gate?next=/invitation/{token}");
    let page = come(&browser, &issuer, &login, &token).await;
    let page = browser.follow(page).await;
    assert!(
        page.body.contains("Приглашение будет принято"),
        "{}",
        page.told()
    );
    let new = format!("i{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
    let bad = [("Новое имя пользователя", "Имя")];
    let refused = browser.submit(&page, "Зарегистрироваться", &bad).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let good = [("Новое имя пользователя", &*new)];
    let done = browser.submit(&refused, "Зарегистрироваться", &good).await;
    assert_eq!(
        done.location.as_deref(),
        Some("/cabinet"),
        "{}",
        done.told()
    );
    let role: String = world
        .superuser()
        .await
        .value(&format!(
            "SELECT m.role FROM app.membership m JOIN app.account a ON a.id = m.account_id
             WHERE a.login_norm = '{new}' AND a.password_phc IS NULL"
        ))
        .await
        .unwrap();
    assert_eq!(role, "expert");
    let again = come(&site.browser(), &issuer, "/login/gate", &token).await;
    assert_eq!(again.location.as_deref(), Some("/cabinet"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_bound_to_a_municipality_or_roles_lets_in_no_one_else() {
    let (world, issuer) = (World::shared().await, Issuer::start().await);
    let (town, elsewhere) = (world.town().await, world.town().await);
    let free = site(&world, &issuer).await;
    let (own, stranger, expert) = (
        town.teacher().await,
        elsewhere.teacher().await,
        town.expert().await,
    );
    for person in [&own, &stranger, &expert] {
        linked(&free, &issuer, person, &person.login).await;
    }
    let bound = json!({"municipality": town.slug.clone(), "roles": ["teacher"]});
    let site = site_with(&world, &issuer, bound).await;
    let offers = |page: &Page| page.body.contains("Войти через Врата");
    assert!(!offers(&site.browser().get("/login").await));
    let door = format!("/m/{}/login", town.slug);
    assert!(offers(&site.browser().get(&door).await));
    for (person, inside) in [(&own, true), (&stranger, false), (&expert, false)] {
        let browser = site.browser();
        let page = come(&browser, &issuer, "/login/gate", &person.login).await;
        let page = browser.follow(page).await;
        assert_eq!(page.path == person.role.home(), inside, "{}", page.told());
    }
    let nobody = site.browser().get("/login/nobody").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    let headers = site.browser().get("/login/gate").await.headers;
    let stored = headers
        .iter()
        .any(|(name, value)| name == header::CACHE_CONTROL.as_str() && value == "no-store");
    assert!(stored, "nobody keeps where the browser was sent");
}

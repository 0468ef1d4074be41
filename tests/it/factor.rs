//! The second factor (SEC-47), and what people do about their own way in: the change of a password,
//! the list of sessions, «Выйти везде» (SEC-21, SEC-23, SEC-48).

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use tests::{Browser, Page, Person, Site, World, world::PASSWORD};
use totp_rs::{Builder, Secret};

const NEW: &str = "Снег над крышами 19";

/// The code an application with this secret shows.
fn code(secret: &str, at: DateTime<Utc>) -> String {
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(secret).unwrap())
        .with_account_name("any")
        .build()
        .unwrap();
    let at = u64::try_from(at.timestamp()).unwrap();
    totp.generate(at).to_string()
}

/// Turns the second factor on: the secret, and the recovery codes.
async fn turn_on(world: &World, browser: &Browser) -> (String, Vec<String>) {
    let page = browser.get("/profile/factor").await;
    let begun = browser.submit(&page, "Включить", &[]).await;
    let page = browser.follow(begun).await;
    assert!(page.body.contains("data:image/svg+xml;base64,"), "drawn");
    let between = |from: &str, to: &str| {
        let (_, rest) = page.body.split_once(from).unwrap();
        rest.split_once(to).unwrap().0.to_owned()
    };
    let secret = between("Ключ: <strong>", "</strong>");
    let wrong = browser
        .submit(&page, "Подтвердить", &[("Код подтверждения", "000000")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = code(&secret, world.now());
    let codes = browser
        .submit(&wrong, "Подтвердить", &[("Код подтверждения", &right)])
        .await;
    assert_eq!(codes.heading(), "Коды восстановления", "{}", codes.told());
    let codes = codes.body.split("<code>").skip(1);
    let codes: Vec<String> = codes
        .map(|rest| rest.split_once("</code>").unwrap().0.to_owned())
        .collect();
    assert_eq!(codes.len(), 10);
    (secret, codes)
}

/// Two steps on, so that a new code is shown.
fn later(world: &World) {
    let now = world.now() + chrono::Duration::seconds(60);
    world.set_now(&now.to_rfc3339());
}

/// Signs in up to the code: the page that asks for it.
async fn half(site: &Site, person: &Person) -> (Browser, Page) {
    let browser = site.browser();
    let entered = browser.sign_in("/login", &person.login).await;
    assert_eq!(
        entered.location.as_deref(),
        Some("/login/code"),
        "{}",
        entered.told()
    );
    let page = browser.follow(entered).await;
    (browser, page)
}

async fn typed(browser: &Browser, page: &Page, code: &str) -> Page {
    let typed = [("Код подтверждения", code)];
    browser.submit(page, "Подтвердить", &typed).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_47_a_code_is_good_once() {
    let world = World::own().await;
    let site = world.serve().await;
    let person = world.town().await.teacher().await;
    let own = site.browser_of(&person).await;
    let with_email = format!(
        "UPDATE app.account SET email = login || '@example.test' WHERE id = {}",
        person.account.0
    );
    world.superuser().await.run(&with_email).await.unwrap();
    let (secret, recovery) = turn_on(&world, &own).await;
    // The owner is told.
    let letter = world.app().claim_letter().await.unwrap().unwrap();
    let mail = world.app().compose(&letter, "https://a.ru").await;
    let mail = mail.unwrap().unwrap();
    assert!(mail.subject.ends_with("изменён второй фактор"));
    assert!(mail.body.contains(&person.login));

    // Half-way nobody is signed in.
    let (browser, page) = half(&site, &person).await;
    assert_eq!(browser.get("/teacher").await.status, StatusCode::SEE_OTHER);
    assert!(
        browser
            .get("/cabinet")
            .await
            .location
            .unwrap()
            .starts_with("/login")
    );
    // The code that turned it on was taken by that.
    let used = code(&secret, world.now());
    let again = typed(&browser, &page, &used).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a replay");
    later(&world);
    let fresh = code(&secret, world.now());
    let done = typed(&browser, &again, &fresh).await;
    assert_eq!(browser.follow(done).await.path, person.role.home());
    let (browser, page) = half(&site, &person).await;
    let replayed = typed(&browser, &page, &fresh).await;
    assert_eq!(
        replayed.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a replay"
    );

    // Of tries at once with one code one gets in; a recovery code is good once as well.
    later(&world);
    for code in [
        code(&secret, world.now()),
        recovery[0].to_uppercase().replace('-', " "),
    ] {
        let mut waiting = Vec::new();
        for _ in 0..4 {
            waiting.push(half(&site, &person).await);
        }
        let tries = waiting
            .iter()
            .map(|(browser, page)| typed(browser, page, &code));
        let tries = futures::future::join_all(tries).await;
        let entered = tries
            .iter()
            .filter(|page| page.status == StatusCode::SEE_OTHER);
        assert_eq!(entered.count(), 1, "{code}");
    }
    // Kept is nothing a code could be made of.
    let kept: String = world
        .superuser()
        .await
        .value(&format!(
            "SELECT f::text FROM app.second_factor f WHERE account_id = {}",
            person.account.0
        ))
        .await
        .unwrap();
    assert!(!kept.contains(&secret) && !kept.contains(&recovery[1]));

    let page = own.get("/profile/factor").await;
    let off = own.submit(&page, "Выключить", &[]).await;
    assert_eq!(off.status, StatusCode::SEE_OTHER, "{}", off.told());
    let entered = site.browser().sign_in("/login", &person.login).await;
    assert_eq!(entered.location.as_deref(), Some("/cabinet"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_47_the_region_wants_it_of_operators_and_administrators() {
    let world = World::own().await;
    let site = world.serve().await;
    world
        .superuser()
        .await
        .run(
            "INSERT INTO app.region_setting (key, value) VALUES ('second_factor', 'institute')
              ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
        )
        .await
        .unwrap();
    let operator = world.operator().await;
    operator.ready_to_sign_in().await;
    let browser = site.browser();
    let entered = browser.sign_in("/login", &operator.login).await;
    let page = browser.follow(entered).await;
    assert_eq!(page.path, "/profile/factor", "{}", page.told());
    assert_eq!(
        browser.get("/operator").await.location.as_deref(),
        Some("/cabinet")
    );
    // Nor is the cabinet opened by saving its profile.
    let profile = browser.get("/profile?edit=1").await;
    let saved = browser.submit(&profile, "Сохранить", &[]).await;
    assert_eq!(
        saved.location.as_deref(),
        Some("/profile/factor"),
        "{}",
        saved.told()
    );
    assert_eq!(
        browser.get("/operator").await.location.as_deref(),
        Some("/cabinet")
    );
    turn_on(&world, &browser).await;
    let home = browser.follow(browser.get("/cabinet").await).await;
    assert_eq!(home.path, "/operator", "{}", home.told());
    // Turned off it takes the cabinet with it.
    let page = browser.get("/profile/factor").await;
    let off = browser.submit(&page, "Выключить", &[]).await;
    assert_eq!(off.status, StatusCode::SEE_OTHER, "{}", off.told());
    assert_eq!(
        browser.get("/operator").await.location.as_deref(),
        Some("/cabinet")
    );
    // A teacher is asked for nothing.
    let teacher = world.town().await.teacher().await;
    site.browser_of(&teacher).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_48_a_changed_password_ends_every_other_session() {
    let world = World::shared().await;
    let site = world.serve().await;
    let person = world.town().await.teacher().await;
    let (own, other) = (
        site.browser_of(&person).await,
        site.browser_of(&person).await,
    );
    let page = own.get("/profile/password").await;
    let change = |old, new, again| {
        [
            ("Старый пароль", old),
            ("Новый пароль", new),
            ("Подтверждение пароля", again),
        ]
    };
    for (old, new, again, told) in [
        ("не тот", NEW, NEW, "Неверный пароль"),
        (
            PASSWORD,
            NEW,
            "другой",
            "Пароль и подтверждение не совпадают",
        ),
    ] {
        let refused = own
            .submit(&page, "Сохранить", &change(old, new, again))
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.errors(), [told]);
    }
    let done = own
        .submit(&page, "Сохранить", &change(PASSWORD, NEW, NEW))
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    assert_eq!(own.get("/teacher").await.status, StatusCode::OK);
    assert!(
        other
            .get("/teacher")
            .await
            .location
            .unwrap()
            .starts_with("/login")
    );
    let old = site.browser().sign_in("/login", &person.login).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_23_a_person_sees_its_sessions_and_ends_the_others() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let person = town.teacher().await;
    let (own, other) = (
        site.browser_of(&person).await,
        site.browser_of(&person).await,
    );
    let stranger = site.browser_of(&town.teacher().await).await;
    let rows = |page: &Page| page.body.matches("неизвестное устройство").count();
    let page = own.get("/profile/sessions").await;
    assert_eq!(rows(&page), 2, "{}", page.told());
    assert_eq!(page.body.matches("этот сеанс").count(), 1);
    let done = own.submit(&page, "Выйти везде", &[]).await;
    let page = own.follow(done).await;
    assert_eq!(rows(&page), 1, "{}", page.told());
    assert_eq!(own.get("/teacher").await.status, StatusCode::OK);
    // What was ended is not shown the list either.
    for path in ["/profile/sessions", "/teacher"] {
        let led = other.get(path).await.location;
        assert!(led.unwrap().starts_with("/login"), "{path}");
    }
    assert_eq!(stranger.get("/teacher").await.status, StatusCode::OK);
}

#[tokio::test]
async fn sec_47_a_region_may_begin_with_the_factor_required() {
    let world = World::own().await;
    let mut sql = world.superuser().await;
    sql.script("DELETE FROM app.region_setting WHERE key = 'second_factor'")
        .await;
    let set = |key: &str, value: &str| [(key.to_owned(), value.to_owned())];
    let app = world.app();
    let unknown = app.sync_reference(&set("second_facter", "institute")).await;
    assert!(
        matches!(unknown, Err(app::Error::Illegal(_))),
        "{unknown:?}"
    );
    let kept = "SELECT value FROM app.region_setting WHERE key = 'second_factor'";
    // What is set once stays: an administrator may have.
    for first in ["institute", "off"] {
        app.sync_reference(&set("second_factor", first))
            .await
            .unwrap();
        assert_eq!(sql.value::<String>(kept).await.unwrap(), "institute");
    }
}

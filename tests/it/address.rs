//! The address of an account and what leads to another one (SEC-48, R-ACC-6): whoever has the address has
//! the account, by «Забыли пароль?».

use reqwest::StatusCode;
use tests::{Browser, Page, Person, Site, World, world::PASSWORD};

use crate::providers::edit;

const LATER: &str = "Личные данные сохранены. Новый адрес электронной почты начнёт действовать, когда Вы откроете ссылку из письма, отправленного на него.";
const UNPROVED: &str = "Чтобы сменить адрес, сначала подтвердите, что это Вы";

/// A person with a confirmed address, signed in a while ago.
async fn long_ago(world: &World, site: &Site) -> (Person, Browser) {
    let person = world.town().await.teacher().await;
    let confirmed = format!(
        "UPDATE app.account SET email = login || '@example.test', email_confirmed_at = now() WHERE id = {}",
        person.account.0
    );
    world.superuser().await.run(&confirmed).await.unwrap();
    person.ready_to_sign_in().await;
    let browser = site.browser();
    let entered = browser.sign_in("/login", &person.login).await;
    let home = browser.get("/cabinet").await;
    let renewed = home.headers.iter().any(|(name, _)| name == "set-cookie");
    edit(if renewed { &home } else { &entered }, "proved", 0).await;
    (person, browser)
}

async fn save(browser: &Browser, email: &str) -> Page {
    let page = browser.get("/profile?edit=1").await;
    let typed = [("Адрес электронной почты", email)];
    browser.submit(&page, "Сохранить", &typed).await
}

async fn prove(browser: &Browser) {
    let page = browser.get("/profile/confirm").await;
    let done = browser
        .submit(&page, "Продолжить", &[("Пароль", PASSWORD)])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
}

/// The links to another address that still work.
async fn waiting(world: &World, person: &Person) -> i64 {
    let links = format!(
        "SELECT count(*) FROM app.account_token WHERE account_id = {} AND new_email IS NOT NULL AND used_at IS NULL",
        person.account.0
    );
    world.superuser().await.value(&links).await.unwrap()
}

async fn letters(world: &World, person: &Person) -> i64 {
    let letters = format!(
        "SELECT count(*) FROM app.account_letter WHERE account_id = {} AND kind = 'email_changed'",
        person.account.0
    );
    world.superuser().await.value(&letters).await.unwrap()
}

/// A session left open at school changed the address, and with it the account was gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_48_an_address_is_changed_after_a_proof_only() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (person, browser) = long_ago(&world, &site).await;
    let refused = save(&browser, "other@example.test").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.errors(), [UNPROVED]);
    assert!(
        refused.body.contains("other@example.test"),
        "what was typed stays"
    );
    let proof = refused
        .links()
        .into_iter()
        .find(|link| link.starts_with("/profile/confirm"));
    let leads = browser.get(&proof.unwrap()).await;
    assert_eq!(leads.heading(), "Подтвердите, что это Вы");
    assert_eq!(
        (
            waiting(&world, &person).await,
            letters(&world, &person).await
        ),
        (0, 0)
    );
    // Anything else is saved as before.
    let page = browser.get("/profile?edit=1").await;
    let phone = [("Номер телефона (сотовый)", "+7 913 111-22-33")];
    let saved = browser.submit(&page, "Сохранить", &phone).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.told());

    prove(&browser).await;
    let begun = save(&browser, "other@example.test").await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.told());
    let told = browser.follow(begun).await;
    assert!(told.body.contains(LATER), "{}", told.told());
    // A link to the new address, word to the old one.
    assert_eq!(
        (
            waiting(&world, &person).await,
            letters(&world, &person).await
        ),
        (1, 2)
    );
}

/// A change that an intruder began lived on after the owner had changed the password.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_48_a_change_that_waits_ends_with_the_sessions() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (person, browser) = long_ago(&world, &site).await;
    prove(&browser).await;
    let app = world.app();
    for end in ["everywhere", "password"] {
        let begun = save(&browser, "other@example.test").await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.told());
        // Saving something else takes nothing back.
        let page = browser.get("/profile?edit=1").await;
        let phone = [("Номер телефона (сотовый)", "+7 913 111-22-33")];
        let saved = browser.submit(&page, "Сохранить", &phone).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.told());
        assert_eq!(waiting(&world, &person).await, 1, "{end}");
        match end {
            "everywhere" => {
                let page = browser.get("/profile/sessions").await;
                let done = browser.submit(&page, "Выйти везде", &[]).await;
                assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
            }
            _ => {
                let epoch = format!(
                    "SELECT epoch FROM app.account WHERE id = {}",
                    person.account.0
                );
                let epoch = world.superuser().await.value(&epoch).await.unwrap();
                let own = app::accounts::Person {
                    epoch,
                    ..person.as_person()
                };
                let new = "Снег над крышами 19";
                app.change_password(own, PASSWORD, new, new).await.unwrap();
            }
        }
        assert_eq!(waiting(&world, &person).await, 0, "{end}");
    }
}

/// With no cabinet open just now a confirmed address was replaced at once, and nobody was told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_6_a_confirmed_address_waits_for_its_link_whatever_cabinets_there_are() {
    let world = World::own().await;
    let site = world.serve().await;
    let (person, browser) = long_ago(&world, &site).await;
    let ended = format!(
        "UPDATE app.membership SET ended_at = now() WHERE account_id = {}",
        person.account.0
    );
    world.superuser().await.run(&ended).await.unwrap();
    let joining = world.town().await;
    let school = joining.organisation("municipal").await;
    let mut sql = world.superuser().await;
    let of = |table: &str, id: i64| format!("SELECT public_id FROM app.{table} WHERE id = {id}");
    let place: uuid::Uuid = sql.value(&of("organisation", school)).await.unwrap();
    let typed = app::profile::Typed {
        surname: "Белова".to_owned(),
        name: "Анна".to_owned(),
        email: "other@example.test".to_owned(),
        phone: "+7 913 444-55-66".to_owned(),
        municipality: joining.public_id().await.to_string(),
        organisation_type: "obshchee".to_owned(),
        organisation: place.to_string(),
        position: "uchitel".to_owned(),
        ..app::profile::Typed::default()
    };
    let app = world.app();
    let joining = app::profile::Which::Joining;
    let refused = app
        .save_profile(person.as_person(), joining, &typed, false)
        .await;
    assert!(
        matches!(refused, Err(app::Error::Invalid(_))),
        "{refused:?}"
    );
    let saved = app
        .save_profile(person.as_person(), joining, &typed, true)
        .await;
    assert!(saved.unwrap().email_pending);
    let address = format!(
        "SELECT email FROM app.account WHERE id = {}",
        person.account.0
    );
    let address: String = sql.value(&address).await.unwrap();
    assert_eq!(address, format!("{}@example.test", person.login));
    drop(browser);
}

//! Forms that renew the session, pressed again once they are done (SEC-71): the token in them is
//! an old one by then, and so may be the cookie they come with.

use domain::role::Role;
use redis::AsyncCommands as _;
use reqwest::{Method, StatusCode, header};
use tests::{Browser, Form, Page, Person, Site, World, world::PASSWORD};
use uuid::Uuid;

use super::ready::page_of;
use crate::{
    cabinets::{label, signed_in},
    leaving::redis_apart,
};

/// A form, the browser that shows it, and the cookie it has by then.
struct Shown {
    browser: Browser,
    cookie: String,
    form: Form,
}

fn cookie(page: &Page) -> Option<String> {
    let of_session =
        |header: &&(String, String)| header.0 == "set-cookie" && !header.1.starts_with("device=");
    let set = page.headers.iter().find(of_session)?;
    Some(set.1.split(';').next()?.to_owned())
}

impl Shown {
    /// Takes the form of a page that is asked for anew, so that its answer sets the cookie.
    async fn on(browser: Browser, path: &str, form: impl FnOnce(&Page) -> Form) -> Self {
        let page = browser.get(path).await;
        let cookie = cookie(&page).unwrap_or_else(|| panic!("no cookie: {}", page.told()));
        let form = form(&page);
        Self {
            browser,
            cookie,
            form,
        }
    }

    async fn press(&self) -> Page {
        self.browser.send(&self.form, &[]).await
    }

    /// Presses in a browser that threw the first answer away: it has the old cookie still.
    async fn press_with_the_old_cookie(&self, site: &Site) -> (Browser, StatusCode, String) {
        let browser = site.browser();
        let answer = browser
            .request(Method::POST, &self.form.action)
            .header(header::COOKIE, &self.cookie)
            .form(&self.form.fields)
            .send()
            .await
            .unwrap();
        let location = answer.headers().get(header::LOCATION);
        let location = location.map_or("", |value| value.to_str().unwrap());
        (browser, answer.status(), location.to_owned())
    }
}

fn leads_to_sign_in(page: &Page) -> bool {
    let location = page.location.as_deref().unwrap_or_default();
    location.starts_with("/login")
}

async fn login(site: &Site, person: &Person) -> Shown {
    person.ready_to_sign_in().await;
    Shown::on(site.browser(), "/login", |page| {
        page.filled(
            "Войти",
            &[("Имя пользователя", &person.login), ("Пароль", PASSWORD)],
        )
    })
    .await
}

async fn register(site: &Site) -> Shown {
    let login = format!("o{}", &Uuid::new_v4().simple().to_string()[..20]);
    Shown::on(site.browser(), "/register", |page| {
        let typed = [
            ("Имя пользователя", login.as_str()),
            ("Пароль", PASSWORD),
            ("Подтверждение пароля", PASSWORD),
        ];
        page.filled("Зарегистрироваться", &typed)
    })
    .await
}

async fn choose(world: &World, site: &Site) -> (Shown, Person) {
    let (here, there) = (world.town().await, world.town().await);
    let person = here.coordinator().await;
    there.also(&person, Role::Municipal, None).await;
    let browser = signed_in(site, &person).await;
    let shown = Shown::on(browser, "/cabinet/choose", |page| {
        page.form(&label(Role::Municipal, &there.name))
    })
    .await;
    (shown, person)
}

async fn close(world: &World, site: &Site) -> Shown {
    let expert = world.town().await.expert().await;
    let (browser, _) = page_of(site, &expert, "/profile").await;
    Shown::on(browser, "/profile/close", |page| {
        page.form("Закрыть кабинет")
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_a_second_press_after_the_first_is_known() {
    let world = World::shared().await;
    let site = world.serve().await;
    let teacher = world.town().await.teacher().await;
    for shown in [
        login(&site, &teacher).await,
        register(&site).await,
        choose(&world, &site).await.0,
        close(&world, &site).await,
    ] {
        let act = shown.form.action.clone();
        let first = shown.press().await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.told());
        // The old cookie: that browser has no session but the one it is given.
        let (other, status, location) = shown.press_with_the_old_cookie(&site).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{act}");
        assert_eq!(Some(location), first.location, "{act}");
        let inside = other.get("/cabinet").await;
        assert!(!leads_to_sign_in(&inside), "{act}: {}", inside.told());
        // The new one: it only goes on.
        let again = shown.press().await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.told());
        assert_eq!(again.location, first.location, "{act}");
        assert_eq!(cookie(&again), cookie(&first), "{act}: another session");
        assert!(
            !leads_to_sign_in(&shown.browser.get("/cabinet").await),
            "{act}"
        );
    }
}

/// Whoever has the page but not its browser, or comes after «Выйти», is signed in by nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_a_repeat_signs_nobody_else_in() {
    let world = World::shared().await;
    let site = world.serve().await;
    let teacher = world.town().await.teacher().await;
    let shown = login(&site, &teacher).await;
    let home = shown.press().await;
    assert_eq!(home.status, StatusCode::SEE_OTHER, "{}", home.told());
    let stranger = register(&site).await;
    for browser in [site.browser(), stranger.browser] {
        let page = browser.send(&shown.form, &[]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.told());
        assert!(leads_to_sign_in(&browser.get("/cabinet").await));
    }
    let home = shown.browser.follow(home).await;
    let out = shown.browser.submit(&home, "Выйти", &[]).await;
    assert_eq!(out.location.as_deref(), Some("/"), "{}", out.told());
    let (browser, status, _) = shown.press_with_the_old_cookie(&site).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(leads_to_sign_in(&browser.get("/cabinet").await));
}

/// A cabinet that could not be opened yet is opened by the same button once it can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_the_way_to_what_comes_first_is_not_done() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (shown, person) = choose(&world, &site).await;
    let mut sql = world.superuser().await;
    sql.script("SET session_replication_role = replica").await;
    for (withdrawn, there) in [("now()", "/consent"), ("NULL", "/municipal")] {
        sql.script(&format!(
            "UPDATE app.consent SET withdrawn_at = {withdrawn} WHERE account_id = {}",
            person.account.0
        ))
        .await;
        let pressed = shown.press().await;
        assert_eq!(
            pressed.location.as_deref(),
            Some(there),
            "{}",
            pressed.told()
        );
    }
}

/// What lies in Redis for repeats holds no login, no token of an invitation, no words.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_71_redis_keeps_no_secret_of_a_form() {
    let world = World::shared().await;
    let redis_url = redis_apart(7);
    let site = world.serve_apart(&redis_url).await;
    let teacher = world.town().await.teacher().await;
    let secret = Uuid::new_v4().simple().to_string();
    let mut shown = login(&site, &teacher).await;
    shown.form.set("next", &format!("/invitation/{secret}"));
    let first = shown.press().await;
    let there = first.location.clone().unwrap_or_default();
    assert!(there.contains(&secret), "{}", first.told());
    let client = redis::Client::open(redis_url).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = redis.keys("once:*").await.unwrap();
    let mut done = 0;
    for key in keys {
        let kept: String = redis.get(&key).await.unwrap_or_default();
        done += usize::from(!kept.is_empty());
        for word in [secret.as_str(), &teacher.login, "notice", "signed"] {
            assert!(!kept.contains(word), "{word}: {kept}");
        }
    }
    assert!(done > 0);
}

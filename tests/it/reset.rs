//! The link that sets a forgotten password (SEC-45): how long it lives, whom its address is told to,
//! and that it sets one password and signs nobody in. Who may ask for one stands in `access`.

use futures::future::join_all;
use reqwest::{Method, RequestBuilder, StatusCode, header};
use tests::{Browser, Page, Person, Site, World, world::PASSWORD};

const NEW: &str = "Снегирь над рекой 9";

/// Asks for a link as a person does: the path of the newest one.
async fn link(world: &World, browser: &Browser, person: &Person) -> String {
    let page = browser.get("/password/forgot").await;
    let typed = [("Введите логин", person.login.as_str())];
    let asked = browser.submit(&page, "Сбросить пароль", &typed).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.told());
    format!("/password/reset/{}", world.password_token(person).await)
}

/// What came of a page whose address is a token, which is told to nobody.
fn untold(page: Page) -> Page {
    let told = page.headers.iter();
    let told: Vec<_> = told
        .filter(|(name, _)| name == "referrer-policy")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(told, ["no-referrer"], "{}", page.told());
    page
}

fn typed(password: &str) -> [(&str, &str); 2] {
    [
        ("Новый пароль", password),
        ("Подтверждение пароля", password),
    ]
}

async fn sign_in(site: &Site, person: &Person, password: &str) -> StatusCode {
    let browser = site.browser();
    let page = browser.get("/login").await;
    let login = person.login.as_str();
    let typed = [("Имя пользователя", login), ("Пароль", password)];
    browser.submit(&page, "Войти", &typed).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_45_a_link_lives_half_an_hour_and_until_the_next_one() {
    let world = World::shared().await;
    world.set_now("2026-12-02T10:00:00+07:00");
    let site = world.serve().await;
    let person = world.town().await.teacher().await;
    person.ready_to_sign_in().await;
    let browser = site.browser();

    let late = link(&world, &browser, &person).await;
    world.set_now("2026-12-02T10:29:00+07:00");
    let page = untold(browser.get(&late).await);
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    let form = page.filled("Сохранить", &typed(NEW));
    world.set_now("2026-12-02T10:31:00+07:00");
    for page in [browser.get(&late).await, browser.send(&form, &[]).await] {
        let page = untold(page);
        assert_eq!(page.status, StatusCode::GONE, "{}", page.told());
    }
    let status = sign_in(&site, &person, NEW).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);

    // The next one ends it; looking ends none, nor does what cannot be a password.
    let older = link(&world, &browser, &person).await;
    let form = browser.get(&older).await.filled("Сохранить", &typed(NEW));
    let newer = link(&world, &browser, &person).await;
    let page = browser.send(&form, &[]).await;
    assert_eq!(page.status, StatusCode::GONE, "{}", page.told());
    let page = browser.get(&older).await;
    assert_eq!(page.status, StatusCode::GONE, "{}", page.told());
    world.set_now("2026-12-02T11:00:00+07:00");
    for _ in 0..3 {
        let page = site.browser().get(&newer).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    }
    let page = browser.get(&newer).await;
    let short = typed("короткий");
    let again = untold(browser.submit(&page, "Сохранить", &short).await);
    assert_eq!(
        again.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        again.told()
    );
    let set = untold(browser.submit(&again, "Сохранить", &typed(NEW)).await);
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.told());
    let page = untold(browser.get(&newer).await);
    assert_eq!(page.status, StatusCode::GONE, "{}", page.told());
    assert_eq!(sign_in(&site, &person, NEW).await, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_45_the_link_is_of_the_site_whatever_host_was_asked() {
    let world = World::own().await;
    let site = world.serve().await;
    let person = world.town().await.teacher().await;
    let browser = site.browser();
    let elsewhere = |request: RequestBuilder| {
        request
            .header(header::HOST, "evil.example")
            .header("x-forwarded-host", "evil.example")
    };

    let page = browser.get("/password/forgot").await;
    let typed = [("Введите логин", person.login.as_str())];
    let form = page.filled("Сбросить пароль", &typed);
    let request = browser.request(Method::POST, &form.action);
    let asked = elsewhere(request).form(&form.fields).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::SEE_OTHER);
    assert_eq!(asked.headers()[header::LOCATION], "/password/forgot");

    let letter = world.app().claim_letter().await.unwrap().unwrap();
    let mail = world.app().compose(&letter, "https://a.ru").await;
    let mail = mail.unwrap().unwrap();
    let token = world.password_token(&person).await;
    let lines: Vec<&str> = mail.body.lines().collect();
    let link = format!("https://a.ru/password/reset/{token}");
    assert!(lines.contains(&link.as_str()), "{}", mail.body);
    assert!(!mail.body.contains("evil"), "{}", mail.body);

    // Nor does the page the link opens lead there.
    let request = browser.request(Method::GET, &format!("/password/reset/{token}"));
    let page = elsewhere(request).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(!page.text().await.unwrap().contains("evil"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_45_of_twenty_posts_one_sets_the_password_and_signs_nobody_in() {
    let world = World::shared().await;
    let site = world.serve().await;
    let person = world.town().await.teacher().await;
    let home = person.role.home();
    let own = [
        site.browser_of(&person).await,
        site.browser_of(&person).await,
    ];
    for browser in &own {
        assert_eq!(browser.get(home).await.status, StatusCode::OK);
    }

    let link = link(&world, &site.browser(), &person).await;
    let mut forms = Vec::new();
    for index in 0..20 {
        let browser = site.browser();
        let password = format!("Снегирь над рекой и лесом {index}");
        let page = browser.get(&link).await;
        let form = page.filled("Сохранить", &typed(&password));
        forms.push((browser, form, password));
    }
    let posts = forms
        .iter()
        .map(|(browser, form, _)| browser.send(form, &[]));
    let answers = join_all(posts).await;
    let (done, refused): (Vec<_>, Vec<_>) = forms
        .iter()
        .zip(&answers)
        .partition(|(_, page)| page.status == StatusCode::SEE_OTHER);
    for (_, page) in &refused {
        assert_eq!(page.status, StatusCode::GONE, "{}", page.told());
    }
    let [((poster, _, password), page)] = &*done else {
        panic!("{} of {} set the password", done.len(), answers.len());
    };
    assert_eq!(page.location.as_deref(), Some("/login"));
    let told = format!(
        "SELECT kind FROM app.account_letter WHERE account_id = {} ORDER BY id",
        person.account.0
    );
    let told: Vec<String> = world.superuser().await.list(&told).await;
    assert_eq!(told, ["password_reset", "email_changed"]);

    // Who was signed in is so no more, and whoever set it has yet to sign in.
    for browser in own.iter().chain([poster]) {
        let page = browser.get(home).await;
        let to = page.location.as_deref().unwrap_or_default();
        assert!(to.starts_with("/login"), "{}", page.told());
    }
    let (_, _, lost) = &refused[0].0;
    for (password, status) in [
        (PASSWORD, StatusCode::UNPROCESSABLE_ENTITY),
        (lost.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
        (password.as_str(), StatusCode::SEE_OTHER),
    ] {
        assert_eq!(sign_in(&site, &person, password).await, status);
    }
}

//! A municipality's own door (02 §2.1): `/m/{slug}/…`, and the same by host name. It lets in
//! its people and those who have no cabinet yet; a host is believed only where it is the
//! configured one or a slug before it, and never enters a link.

use domain::role::Role;
use reqwest::{Method, StatusCode, header};
use tests::{Page, Person, Site, Town, World};

const STRANGER: &str = "Здесь входят только пользователи муниципалитета";
const WRONG: &str = "Неверное имя пользователя или пароль";

fn door(town: &Town) -> String {
    format!("/m/{}/login", town.slug)
}

/// What a person is told who signs in at a door.
async fn enter(site: &Site, path: &str, person: &Person) -> (StatusCode, Vec<String>) {
    person.ready_to_sign_in().await;
    let page = site.browser().sign_in(path, &person.login).await;
    (page.status, page.errors())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m_slug_login_lets_in_its_people_and_newcomers_only() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let contacts = format!(
        "UPDATE app.municipality SET public_contacts = 'Петрова, кабинет 7' WHERE id = {}",
        town.id
    );
    world.superuser().await.run(&contacts).await.unwrap();
    let path = door(&town);
    let shown = site.browser().get(&path).await;
    assert!(shown.body.contains(&town.name) && shown.body.contains("Петрова, кабинет 7"));

    let teacher = town.teacher().await;
    let guest = elsewhere.expert().await;
    let both = town.also(&guest, Role::Expert, None).await;
    for own in [&teacher, &town.coordinator().await, &both] {
        assert_eq!(enter(&site, &path, own).await.0, StatusCode::SEE_OTHER);
    }
    let suspended = world.town().await;
    let away = suspended.teacher().await;
    suspended.suspend().await;
    for (stranger, whose) in [
        (elsewhere.teacher().await, elsewhere.name.as_str()),
        (world.operator().await, "Центр аттестации"),
        (away, suspended.name.as_str()),
    ] {
        let (status, told) = enter(&site, &path, &stranger).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            told[0].starts_with(STRANGER) && told[0].contains(whose),
            "{told:?}"
        );
        // Without the right password nobody learns that there is such a person.
        let page = site.browser().get(&path).await;
        let typed = [
            ("Имя пользователя", &*stranger.login),
            ("Пароль", "не тот пароль"),
        ];
        let wrong = site.browser();
        let wrong = wrong
            .submit(&wrong.get(&page.path).await, "Войти", &typed)
            .await;
        assert_eq!(wrong.errors(), [WRONG]);
        // The common page lets everybody in.
        assert_eq!(
            enter(&site, "/login", &stranger).await.0,
            StatusCode::SEE_OTHER
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m_slug_login_opens_a_cabinet_of_that_municipality() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let person = elsewhere.teacher().await;
    town.also(&person, Role::Expert, None).await;
    person.ready_to_sign_in().await;
    for (town, home) in [(&town, "/expert"), (&elsewhere, "/teacher")] {
        let browser = site.browser();
        let entered = browser.sign_in(&door(town), &person.login).await;
        let page = browser.follow(entered).await;
        assert_eq!(page.path, home, "{}", page.told());
        // The other one is still there to change to.
        let choice = browser.get("/cabinet/choose").await;
        assert_eq!(choice.heading(), "Выберите кабинет", "{}", choice.told());
    }
    // Two cabinets here: the choice is between them, not the third one elsewhere.
    town.also(&person, Role::Municipal, None).await;
    let browser = site.browser();
    let choice = browser.sign_in(&door(&town), &person.login).await;
    let choice = browser.follow(choice).await;
    assert_eq!(choice.heading(), "Выберите кабинет", "{}", choice.told());
    assert!(choice.body.contains(&town.name) && !choice.body.contains(&elsewhere.name));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m_slug_login_is_of_municipalities_there_are() {
    let world = World::shared().await;
    let site = world.serve().await;
    let removed = world.town().await;
    let remove = format!(
        "UPDATE app.municipality SET status = 'removed' WHERE id = {}",
        removed.id
    );
    world.superuser().await.run(&remove).await.unwrap();
    for slug in [removed.slug.as_str(), "nobody", "a%2Fb", "%D1%82", "a'b"] {
        for page in ["login", "register"] {
            let page = site.browser().get(&format!("/m/{slug}/{page}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.told());
        }
    }
}

/// Registers at a page and goes on to the profile.
async fn newcomer(browser: &tests::Browser, path: &str, login: &str) -> Page {
    let page = browser.get(path).await;
    let password = tests::world::PASSWORD;
    let typed = [
        ("Имя пользователя", login),
        ("Пароль", password),
        ("Подтверждение пароля", password),
    ];
    let registered = browser.submit(&page, "Зарегистрироваться", &typed).await;
    assert_eq!(
        registered.status,
        StatusCode::SEE_OTHER,
        "{}",
        registered.told()
    );
    let consent = browser.follow(registered).await;
    let agree = [(
        "Я даю согласие на обработку моих персональных данных",
        "yes",
    )];
    let given = browser.submit(&consent, "Продолжить", &agree).await;
    browser.follow(given).await
}

fn chosen(profile: &Page) -> String {
    let fields = profile.form("Сохранить").fields;
    let field = fields.iter().find(|(name, _)| name == "municipality");
    field.unwrap().1.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m_slug_register_chooses_the_municipality_for_the_profile() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let id = town.public_id().await.to_string();
    let shown = site.browser().get(&door(&town)).await;
    let register = format!("/m/{}/register", town.slug);
    assert!(shown.links().contains(&register), "{:?}", shown.links());
    let login = format!("n{}", &town.slug[1..]);
    let profile = newcomer(&site.browser(), &register, &login).await;
    assert_eq!(chosen(&profile), id, "{}", profile.told());
    // Who has no cabinet yet is let in at any door, and means to join there.
    let other = world.town().await;
    let browser = site.browser();
    let entered = browser.sign_in(&door(&other), &login).await;
    let profile = browser.follow(entered).await;
    assert_eq!(chosen(&profile), other.public_id().await.to_string());
    let login = format!("m{}", &town.slug[1..]);
    let profile = newcomer(&site.browser(), "/register", &login).await;
    assert_eq!(chosen(&profile), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_names_its_municipality() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let teacher = town.teacher().await;
    elsewhere.also(&teacher, Role::Expert, None).await;
    let stranger = elsewhere.coordinator().await;
    for person in [&teacher, &stranger] {
        person.ready_to_sign_in().await;
    }
    let browser = site.browser_at(&town.slug);
    for path in ["/", "/login", "/register"] {
        let page = browser.get(path).await;
        assert!(page.body.contains(&town.name), "{}", page.told());
        assert!(!page.links().iter().any(|link| link.starts_with("/m/")));
    }
    let refused = browser.sign_in("/login", &stranger.login).await;
    assert!(
        refused.errors()[0].starts_with(STRANGER),
        "{}",
        refused.told()
    );
    let entered = browser.sign_in("/login", &teacher.login).await;
    let home = browser.follow(entered).await;
    assert_eq!(home.path, "/teacher", "{}", home.told());
    // Other pages are the same as everywhere, also another municipality's own.
    assert_eq!(browser.get("/help").await.status, StatusCode::OK);
    let other = browser.get(&door(&elsewhere)).await;
    assert!(other.body.contains(&elsewhere.name) && !other.body.contains(&town.name));
    let login = format!("h{}", &town.slug[1..]);
    let profile = newcomer(&site.browser_at(&town.slug), "/register", &login).await;
    assert_eq!(chosen(&profile), town.public_id().await.to_string());
    // Who does not exist has no page.
    assert_eq!(
        site.browser_at("nobody").get("/login").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        site.browser_at("nobody").get("/help").await.status,
        StatusCode::OK
    );
    elsewhere.suspend().await;
    let closed = site.browser_at(&elsewhere.slug).get("/login").await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    assert!(closed.body.contains("приостановлена"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_names_its_municipality_where_it_is_switched_on() {
    let world = World::shared().await;
    let site = world.serve_without_hosts().await;
    let town = world.town().await;
    let page = site.browser_at(&town.slug).get("/login").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains(&town.name));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_names_its_municipality_and_never_enters_a_link() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    teacher.ready_to_sign_in().await;
    let browser = site.browser();
    let port = site.port();
    let mut asked = 0;
    for host in [
        "evil".to_owned(),
        "evil.example".to_owned(),
        format!("{}.evil.example:{port}", town.slug),
        format!("{}.localhost.evil.example", town.slug),
        format!("{}.localhost:1", town.slug),
        format!("evil.{}.localhost:{port}", town.slug),
        format!("localhost:{port}"),
    ] {
        for path in [
            "/",
            "/login",
            "/register",
            "/teacher",
            "/help",
            "/password/forgot",
            "/nowhere",
        ] {
            let request = browser
                .request(Method::GET, path)
                .header(header::HOST, &host);
            let answer = request.send().await.unwrap();
            asked += 1;
            let location = answer.headers().get(header::LOCATION).cloned();
            let location = location.map(|to| to.to_str().unwrap().to_owned());
            assert!(
                location.is_none_or(|to| to.starts_with('/')),
                "{host}{path}"
            );
            let body = answer.text().await.unwrap();
            assert!(
                !body.contains("evil") && !body.contains(&town.name),
                "{host}{path}"
            );
        }
    }
    println!("{asked} pages under foreign hosts, the host in none");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_names_its_municipality_and_keeps_its_session() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let teacher = town.teacher().await;
    teacher.ready_to_sign_in().await;
    let browser = site.browser_at(&town.slug);
    let entered = browser.sign_in("/login", &teacher.login).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    // The cookie belongs to this one host.
    let login = browser.get("/login").await;
    let signed = browser.request(Method::POST, "/login");
    let answer = signed.send().await.unwrap();
    let cookies = answer.headers().get_all(header::SET_COOKIE);
    assert!(
        cookies
            .iter()
            .all(|cookie| { !cookie.to_str().unwrap().to_lowercase().contains("domain=") })
    );
    // A form sent from another municipality's host, or any, is refused.
    let fields = login.form("Войти").fields;
    let ours = format!("http://{}.localhost:{}", town.slug, site.port());
    let theirs = format!("http://{}.localhost:{}", elsewhere.slug, site.port());
    for (name, value, expected) in [
        ("origin", ours.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
        ("origin", &theirs, StatusCode::FORBIDDEN),
        ("origin", "http://evil.example", StatusCode::FORBIDDEN),
        ("origin", "null", StatusCode::FORBIDDEN),
        (
            "sec-fetch-site",
            "same-origin",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        ("sec-fetch-site", "same-site", StatusCode::FORBIDDEN),
        ("sec-fetch-site", "cross-site", StatusCode::FORBIDDEN),
    ] {
        let request = browser.request(Method::POST, "/login").header(name, value);
        let answer = request.form(&fields).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{name}: {value}");
    }
}

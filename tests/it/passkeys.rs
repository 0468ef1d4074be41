//! Passkeys (SEC-43, SEC-44, SEC-47, SEC-48, SEC-53): a key added after a proof signs in alone, and
//! what proves nothing is told alike, whatever it was.

use reqwest::StatusCode;
use tests::{Authenticator, Browser, Form, Page, Person, Site, World, authenticator::PRESENT};

const REFUSED: &str = "Войти с этим ключом доступа не удалось";

fn device(site: &Site) -> Authenticator {
    Authenticator::new(&format!("http://localhost:{}", site.port()))
}

fn with(form: &Form, fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut form = form.clone().anew();
    for (name, value) in fields {
        form.set(name, value);
    }
    form.fields
}

/// What the site asks of the browser, as the page's script is told it.
async fn asked(browser: &Browser, at: &str, form: &Form) -> String {
    let token = form.fields.iter().find(|(name, _)| name == "_csrf");
    let answer = browser.post(at, &[token.unwrap().clone()]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.told());
    assert_eq!(answer.content_type, "application/json");
    answer.body
}

async fn add(browser: &Browser, device: &mut Authenticator, name: &str) -> Page {
    let page = browser.get("/profile/passkeys").await;
    let form = page.form("Добавить ключ");
    let asked = asked(browser, "/profile/passkeys/begin", &form).await;
    let answer = device.make(&asked);
    let fields = with(&form, &[("name", name), ("answer", &answer)]);
    browser.post("/profile/passkeys", &fields).await
}

/// A sign-in by a passkey up to its answer: the form, and what it is to be sent with.
async fn begun(browser: &Browser) -> (Form, String) {
    let form = browser.get("/login").await.form("Войти с ключом доступа");
    let asked = asked(browser, "/login/passkey/begin", &form).await;
    (form, asked)
}

async fn answered(browser: &Browser, form: &Form, answer: &str) -> Page {
    let fields = with(form, &[("answer", answer)]);
    browser.post("/login/passkey", &fields).await
}

async fn sign_in(browser: &Browser, device: &mut Authenticator) -> Page {
    let (form, asked) = begun(browser).await;
    let answer = device.prove(&asked);
    answered(browser, &form, &answer).await
}

/// The page of sign-in with what is anew in each answer left out: token, number, hashes.
fn alike(page: &Page) -> String {
    let mut left = String::new();
    for part in page.body.split("value=\"") {
        left.push_str(part.split_once('"').map_or(part, |(_, rest)| rest));
    }
    left
}

async fn lines(world: &World, person: &Person, deed: &str) -> i64 {
    world
        .superuser()
        .await
        .value(&format!(
            "SELECT count(*) FROM app.audit_event WHERE account_id = {} AND act = '{deed}'",
            person.account.0
        ))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_47_a_passkey_signs_in_alone_and_counts_as_both_factors() {
    let world = World::own().await;
    let site = world.serve().await;
    let sql = &mut world.superuser().await;
    sql.script(
        "INSERT INTO app.region_setting (key, value) VALUES ('second_factor', 'institute')
         ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
    )
    .await;
    let person = world.operator().await;
    sql.script(&format!(
        "UPDATE app.account SET email = 'somebody@example.test' WHERE id = {}",
        person.account.0
    ))
    .await;
    person.ready_to_sign_in().await;
    let own = site.browser();
    let entered = own.sign_in("/login", &person.login).await;
    // A password alone opens no cabinet of the institute's.
    let page = own.follow(entered).await;
    assert_eq!(page.path, "/profile/factor", "{}", page.told());
    let mut device = device(&site);
    let added = add(&own, &mut device, "Ноутбук").await;
    assert_eq!(added.location.as_deref(), Some("/profile/passkeys"));
    let page = own.follow(added).await;
    assert!(page.body.contains("Ноутбук"), "{}", page.told());
    assert_eq!(lines(&world, &person, "account.passkey_add").await, 1);
    // The same key again is refused, and another name does not help.
    let again = add(&own, &mut device, "Второй").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);

    let browser = site.browser();
    let entered = sign_in(&browser, &mut device).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.told());
    let home = browser.follow(entered).await;
    assert_eq!(home.path, person.role.home(), "{}", home.told());
    let page = browser.get("/profile/passkeys").await;
    assert!(page.body.contains("Последний вход"), "{}", page.told());

    // Removed, it is nobody's.
    let removed = own
        .submit(&own.get("/profile/passkeys").await, "Удалить", &[])
        .await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.told());
    assert_eq!(lines(&world, &person, "account.passkey_remove").await, 1);
    let refused = sign_in(&site.browser(), &mut device).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.told().contains(REFUSED), "{}", refused.told());
    // Each change was told by letter.
    let told = "SELECT string_agg(kind, ' ' ORDER BY id) FROM app.account_letter WHERE kind LIKE 'passkey%'";
    let told: String = sql.value(told).await.unwrap();
    assert_eq!(told, "passkey_added passkey_removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_44_whatever_proves_nothing_is_told_alike() {
    let world = World::shared().await;
    let site = world.serve().await;
    let person = world.town().await.teacher().await;
    let own = site.browser_of(&person).await;
    let mut known = device(&site);
    assert_eq!(
        add(&own, &mut known, "Телефон").await.status,
        StatusCode::SEE_OTHER
    );
    let mut told = Vec::new();

    // Nobody's key; of another page; without its owner's consent; by another key.
    let mut strange = device(&site);
    strange.make(
        &asked(
            &own,
            "/profile/passkeys/begin",
            &own.get("/profile/passkeys").await.form("Добавить ключ"),
        )
        .await,
    );
    told.push(("unknown", sign_in(&site.browser(), &mut strange).await));
    let origin = std::mem::replace(&mut known.origin, "https://evil.example".to_owned());
    told.push(("elsewhere", sign_in(&site.browser(), &mut known).await));
    known.origin = origin;
    let seen = std::mem::replace(&mut known.seen, PRESENT);
    told.push(("unverified", sign_in(&site.browser(), &mut known).await));
    known.seen = seen;
    let browser = site.browser();
    let (form, _) = begun(&browser).await;
    let (_, other) = begun(&site.browser()).await;
    told.push((
        "another browser's",
        answered(&browser, &form, &known.prove(&other)).await,
    ));
    let browser = site.browser();
    let (form, _) = begun(&browser).await;
    told.push(("nonsense", answered(&browser, &form, "{}").await));
    // A counter that stands still: perhaps a copy.
    assert_eq!(
        sign_in(&site.browser(), &mut known).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(lines(&world, &person, "account.passkey_regress").await, 0);
    known.count -= 1;
    told.push(("regress", sign_in(&site.browser(), &mut known).await));
    assert_eq!(lines(&world, &person, "account.passkey_regress").await, 1);

    let page = alike(&told[0].1);
    for (what, answer) in &told {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        assert!(answer.told().contains(REFUSED), "{what}: {}", answer.told());
        assert_eq!(alike(answer), page, "{what}");
    }
    // Its owner still comes in, in the end.
    known.count += 1;
    assert_eq!(
        sign_in(&site.browser(), &mut known).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_50_what_a_passkey_was_asked_is_answered_once() {
    let world = World::shared().await;
    let site = world.serve().await;
    let person = world.town().await.teacher().await;
    let own = site.browser_of(&person).await;
    let mut key = device(&site);
    assert_eq!(
        add(&own, &mut key, "Телефон").await.status,
        StatusCode::SEE_OTHER
    );
    let browser = site.browser();
    let (form, asked) = begun(&browser).await;
    let answer = key.prove(&asked);
    let tries = (0..8).map(|_| answered(&browser, &form, &answer));
    let tries = futures::future::join_all(tries).await;
    let entered = tries
        .iter()
        .filter(|page| page.status == StatusCode::SEE_OTHER);
    assert_eq!(entered.count(), 1);
    // Without having been asked nobody answers.
    let browser = site.browser();
    let form = browser.get("/login").await.form("Войти с ключом доступа");
    let refused = answered(&browser, &form, &answer).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_53_the_last_way_in_stays() {
    let world = World::shared().await;
    let site = world.serve().await;
    let person = world.town().await.teacher().await;
    let own = site.browser_of(&person).await;
    let mut key = device(&site);
    assert_eq!(
        add(&own, &mut key, "Телефон").await.status,
        StatusCode::SEE_OTHER
    );
    let without = format!(
        "UPDATE app.account SET password_phc = NULL WHERE id = {}",
        person.account.0
    );
    world.superuser().await.run(&without).await.unwrap();
    let page = own.get("/profile/passkeys").await;
    let refused = own.submit(&page, "Удалить", &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.told());
    assert_eq!(
        add(&own, &mut device(&site), "Второй").await.status,
        StatusCode::SEE_OTHER
    );
    let page = own.get("/profile/passkeys").await;
    let removed = own.submit(&page, "Удалить", &[]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.told());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_lets_in_where_a_password_would() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (town, other) = (world.town().await, world.town().await);
    let person = town.teacher().await;
    let own = site.browser_of(&person).await;
    let mut key = device(&site);
    assert_eq!(
        add(&own, &mut key, "Телефон").await.status,
        StatusCode::SEE_OTHER
    );
    // A municipality's own door is for its people, by host as well.
    let path = format!("/m/{}/login", other.slug);
    let browser = site.browser();
    let form = browser.get(&path).await.form("Войти с ключом доступа");
    let asked = asked(&browser, "/login/passkey/begin", &form).await;
    let fields = with(&form, &[("answer", &key.prove(&asked))]);
    let refused = browser.post(&format!("{path}/passkey"), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.told().contains("Здесь входят только"),
        "{}",
        refused.told()
    );
    let browser = site.browser_at(&town.slug);
    let origin = format!("http://{}.localhost:{}", town.slug, site.port());
    let home = std::mem::replace(&mut key.origin, origin);
    assert_eq!(
        sign_in(&browser, &mut key).await.status,
        StatusCode::SEE_OTHER
    );
    key.origin = home;
    // Who is blocked stays out.
    let blocked = format!(
        "UPDATE app.account SET status = 'blocked' WHERE id = {}",
        person.account.0
    );
    world.superuser().await.run(&blocked).await.unwrap();
    let refused = sign_in(&site.browser(), &mut key).await;
    assert!(
        refused.told().contains("заблокирована"),
        "{}",
        refused.told()
    );
}

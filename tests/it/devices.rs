//! Browsers a person is known by: guesses from elsewhere keep nobody out of its own (SEC-43), and a
//! sign-in from one that was not known is told by letter (R-LET-1).

use futures::future::join_all;
use reqwest::StatusCode;
use tests::{Browser, Page, Person, Site, World, world::PASSWORD};

/// Types a login and a password.
async fn typed(browser: &Browser, login: &str, password: &str) -> Page {
    let page = browser.get("/login").await;
    let typed = [("Имя пользователя", login), ("Пароль", password)];
    browser.submit(&page, "Войти", &typed).await
}

/// A browser this person has signed in with and out again.
async fn known(site: &Site, person: &Person) -> Browser {
    let browser = site.browser_of(person).await;
    let home = browser.get(person.role.home()).await;
    let left = browser.submit(&home, "Выйти", &[]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.told());
    browser
}

async fn letters(world: &World, person: &Person) -> Vec<String> {
    let told = format!(
        "SELECT coalesce(string_agg(kind, ' ' ORDER BY id), '') FROM app.account_letter WHERE account_id = {}",
        person.account.0
    );
    let told: String = world.superuser().await.value(&told).await.unwrap();
    told.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_43_guesses_elsewhere_keep_no_owner_out() {
    let world = World::own().await;
    let site = world.serve_with_guesses(5).await;
    let town = world.town().await;
    let (owner, other) = (town.teacher().await, town.teacher().await);
    let own = known(&site, &owner).await;
    let others = known(&site, &other).await;

    // Of many guesses at once no more are verified than may be.
    let guesser = site.browser();
    let page = guesser.get("/login").await;
    let wrong = [
        ("Имя пользователя", owner.login.as_str()),
        ("Пароль", "не тот пароль, а другой"),
    ];
    let forms: Vec<_> = (0..30)
        .map(|_| page.filled("Войти", &wrong).anew())
        .collect();
    let guesses = forms.iter().map(|form| guesser.send(form, &[]));
    let answers = join_all(guesses).await;
    let verified = answers
        .iter()
        .filter(|page| page.status == StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(verified.count(), 5);
    let refused = answers
        .iter()
        .filter(|page| page.status == StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.count(), 25);
    // Now the right password does not help elsewhere, nor does a mark for another login …
    for browser in [&guesser, &others] {
        let late = typed(browser, &owner.login, PASSWORD).await;
        assert_eq!(
            late.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{}",
            late.told()
        );
    }
    // … nor one that was made up.
    let fresh = site.browser();
    let page = fresh.get("/login").await;
    let set = page.headers.iter().find(|(name, _)| name == "set-cookie");
    let session = set.unwrap().1.split(';').next().unwrap().to_owned();
    let login = owner.login.as_str();
    let form = page.filled(
        "Войти",
        &[("Имя пользователя", login), ("Пароль", PASSWORD)],
    );
    let answer = fresh
        .request(reqwest::Method::POST, "/login")
        .header(
            "cookie",
            format!("{session}; device={0}.{0}", "A".repeat(22)),
        )
        .form(&form.fields)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    // Its owner comes in by the browser it is known by, and guesses there are counted as well.
    let entered = typed(&own, &owner.login, PASSWORD).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.told());
    let home = own.follow(entered).await;
    own.submit(&home, "Выйти", &[]).await;
    for _ in 0..5 {
        let wrong = typed(&own, &owner.login, "не тот пароль, а другой").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let late = typed(&own, &owner.login, PASSWORD).await;
    assert_eq!(late.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_let_1_a_new_device_is_told_by_letter() {
    let world = World::own().await;
    let site = world.serve().await;
    let person = world.town().await.teacher().await;
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "UPDATE app.account SET email = 'somebody@example.test' WHERE id = {}",
        person.account.0
    ))
    .await;
    person.ready_to_sign_in().await;
    let browser = site.browser();
    let entered = typed(&browser, &person.login, PASSWORD).await;
    let home = browser.follow(entered).await;
    browser.submit(&home, "Выйти", &[]).await;
    assert_eq!(letters(&world, &person).await, ["new_device"]);
    typed(&browser, &person.login, PASSWORD).await;
    assert_eq!(
        letters(&world, &person).await,
        ["new_device"],
        "known by now"
    );
    // Who only knows the login is told of nothing, and nobody is told of it.
    typed(&site.browser(), &person.login, "не тот пароль, а другой").await;
    assert_eq!(letters(&world, &person).await, ["new_device"]);

    let letter = world.app().claim_letter().await.unwrap().unwrap();
    let mail = world.app().compose(&letter, "https://a.ru").await.unwrap();
    let mail = mail.unwrap();
    assert_eq!(mail.to, "somebody@example.test");
    for words in [
        person.login.as_str(),
        "Устройство: неизвестное устройство",
        "https://a.ru/profile/sessions",
    ] {
        assert!(mail.body.contains(words), "{words}: {}", mail.body);
    }
    let lines: i64 = sql
        .value(&format!(
            "SELECT count(*) FROM app.audit_event WHERE account_id = {} AND act = 'account.new_device'",
            person.account.0
        ))
        .await
        .unwrap();
    assert_eq!(lines, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_let_1_registering_is_no_news_of_a_device() {
    let world = World::shared().await;
    let site = world.serve().await;
    let browser = site.browser();
    let login = format!("dev{}", uuid::Uuid::new_v4().simple())[..24].to_owned();
    let page = browser.get("/register").await;
    let typed_in = [
        ("Имя пользователя", login.as_str()),
        ("Пароль", PASSWORD),
        ("Подтверждение пароля", PASSWORD),
    ];
    let done = browser.submit(&page, "Зарегистрироваться", &typed_in).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let news = format!(
        "SELECT count(*) FROM app.audit_event e JOIN app.account a ON a.id = e.account_id
         WHERE a.login = '{login}' AND e.act = 'account.new_device'"
    );
    let mut sql = world.superuser().await;
    assert_eq!(sql.value::<i64>(&news).await, Ok(0));
    // From then on the browser is known, and another one is not.
    typed(&site.browser(), &login, PASSWORD).await;
    assert_eq!(sql.value::<i64>(&news).await, Ok(1));
    let page = browser.get("/consent").await;
    browser.submit(&page, "Выйти", &[]).await;
    typed(&browser, &login, PASSWORD).await;
    assert_eq!(sql.value::<i64>(&news).await, Ok(1));
}

/// What is told of one is told of any: status, headers, how many cookies, and the bytes but for
/// tokens and these words.
fn alike(page: &Page, words: &[&str]) -> (StatusCode, Vec<String>, usize, String) {
    let without = |text: &str| {
        let hidden = |text: String, word: &&str| text.replace(word, "WORD");
        words.iter().fold(text.to_owned(), hidden)
    };
    let of_each = ["date", "x-request-id", "set-cookie"];
    let headers = page.headers.iter();
    let headers = headers
        .filter(|(name, _)| !of_each.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", without(value)))
        .collect();
    let cookies = page.headers.iter().filter(|(name, _)| name == "set-cookie");
    let body = without(&page.body);
    let mut left = String::new();
    for part in body.split("value=\"") {
        left.push_str(part.split_once('"').map_or(part, |(_, rest)| rest));
    }
    (page.status, headers, cookies.count(), left)
}

/// Whoever has a login, nobody learns that there is one, nor how its owner stands (SEC-44).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_44_known_and_unknown_logins_are_answered_alike() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let person = town.teacher().await;
    person.ready_to_sign_in().await;
    // As long as the known one: it stands in the page.
    let mut logins = vec![person.login.clone(), format!("z{}", &person.login[1..])];
    let mut sql = world.superuser().await;
    for (letter, otherwise) in [
        ('v', "email = NULL"),
        ('w', "status = 'blocked'"),
        ('x', "password_phc = NULL"),
    ] {
        let other = town.teacher().await;
        other.ready_to_sign_in().await;
        let login = format!("{letter}{}", &person.login[1..]);
        sql.script(&format!(
            "UPDATE app.account SET login = '{login}', login_norm = '{login}', {otherwise} WHERE id = {}",
            other.account.0
        ))
        .await;
        logins.push(login);
    }
    let mut told = Vec::new();
    for login in &logins {
        let browser = site.browser();
        let wrong = typed(&browser, login, "не тот пароль, а другой").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = browser.get("/password/forgot").await;
        let asked = browser
            .submit(&page, "Сбросить пароль", &[("Введите логин", login)])
            .await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER);
        let after = browser.follow(asked.clone()).await;
        told.push([wrong, asked, after].map(|page| alike(&page, &[login.as_str()])));
    }
    for (login, other) in logins.iter().zip(&told) {
        assert_eq!(&told[0], other, "{login}");
    }
}

/// Nor from an invitation, whose address may be somebody's (SEC-44). That a login one would register
/// is taken is told there as everywhere, so tries are limited (R-ACC-2).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_44_an_invitation_is_accepted_alike_whoever_has_the_address() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let person = world.town().await.teacher().await;
    person.ready_to_sign_in().await;
    let nobody = format!("z{}", &person.login[1..]);
    let mut told = Vec::new();
    for login in [person.login.as_str(), nobody.as_str()] {
        // Made accounts have such an address.
        let email = format!("{login}@example.test");
        let invite = app::invitations::Invite {
            emails: email.clone(),
            role: "expert".to_owned(),
            ..app::invitations::Invite::default()
        };
        world.app().invite(&coordinator, &invite).await.unwrap();
        let token = world.invitation_token(&town).await;
        let path = format!("/invitation/{token}");
        let browser = site.browser();
        let shown = browser.get(&path).await;
        let page = browser.get(&format!("/login?next={path}")).await;
        let guess = [
            ("Имя пользователя", login),
            ("Пароль", "не тот пароль, а другой"),
        ];
        let wrong = browser.submit(&page, "Войти", &guess).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let new = format!("dev{}", uuid::Uuid::new_v4().simple())[..24].to_owned();
        let account = |password| {
            [
                ("Имя пользователя", new.as_str()),
                ("Пароль", password),
                ("Подтверждение пароля", password),
            ]
        };
        let button = "Зарегистрироваться";
        let short = browser.submit(&shown, button, &account("короткий")).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = browser.submit(&short, button, &account(PASSWORD)).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
        let after = browser.follow(done.clone()).await;
        let words = [token.as_str(), email.as_str(), login, new.as_str()];
        told.push([shown, wrong, short, done, after].map(|page| alike(&page, &words)));
    }
    assert_eq!(told[0], told[1]);
}

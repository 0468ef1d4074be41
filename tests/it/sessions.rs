//! Sessions (SEC-20…22, 24, 25): what the cookie is, when its value changes, how long it is good for,
//! and what becomes of people when Redis goes away, comes back empty or lets the server do no more
//! than it must. The list of one's sessions stands in `factor` (SEC-23).

use domain::role::Role;
use redis::{AsyncCommands as _, aio::MultiplexedConnection};
use reqwest::{Method, StatusCode, header::COOKIE};
use sha2::{Digest as _, Sha256};
use tests::{Browser, Page, Person, RedisServer, Site, World, stack::STACK, world::PASSWORD};

/// The cookies an answer sets, as they are written.
fn cookies(page: &Page) -> Vec<String> {
    let set = page.headers.iter().filter(|(name, _)| name == "set-cookie");
    set.map(|(_, value)| value.clone()).collect()
}

/// The value of the session's cookie an answer sets, if it sets one.
fn sid(page: &Page) -> Option<String> {
    let all = cookies(page);
    let one = all
        .iter()
        .rev()
        .find_map(|cookie| cookie.strip_prefix("sid="))?;
    Some(one.split(';').next().unwrap().to_owned())
}

/// The key a session lies under.
fn key(sid: &str) -> String {
    let digest = Sha256::digest(sid.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sess:{hex}")
}

async fn redis(url: &str) -> MultiplexedConnection {
    let client = redis::Client::open(url).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// Asks with a cookie that a browser would no longer send.
async fn with_cookie(browser: &Browser, path: &str, sid: &str) -> (StatusCode, String) {
    let request = browser.request(Method::GET, path);
    let answer = request.header(COOKIE, format!("sid={sid}")).send().await;
    let answer = answer.unwrap();
    let to = answer.headers().get("location");
    let to = to.map_or(String::new(), |to| to.to_str().unwrap().to_owned());
    (answer.status(), to)
}

/// Signs in: the browser, and the value of its cookie.
async fn signed_in(site: &Site, person: &Person) -> (Browser, String) {
    signed_in_with(site, person, &[]).await
}

/// As [`signed_in`], with these fields besides.
async fn signed_in_with(
    site: &Site,
    person: &Person,
    besides: &[(&str, &str)],
) -> (Browser, String) {
    person.ready_to_sign_in().await;
    let browser = site.browser();
    let login = browser.get("/login").await;
    let mut typed = vec![("Имя пользователя", &*person.login), ("Пароль", PASSWORD)];
    typed.extend(besides);
    let mut page = browser.submit(&login, "Войти", &typed).await;
    let mut last = sid(&page).unwrap();
    while let Some(to) = page.location.clone() {
        page = browser.get(&to).await;
        last = sid(&page).unwrap_or(last);
    }
    assert_eq!(page.path, person.role.home(), "{}", page.told());
    (browser, last)
}

/// Has a session begin by so many seconds earlier than it did.
async fn backdate(redis: &mut MultiplexedConnection, sid: &str, seconds: i64) {
    let kept: String = redis.get(key(sid)).await.unwrap();
    let (before, rest) = kept.split_once("\"since\":").unwrap();
    let (since, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap());
    let since = since.parse::<i64>().unwrap() - seconds;
    let keep = redis::SetOptions::default().with_expiration(redis::SetExpiry::KEEPTTL);
    let edited = format!("{before}\"since\":{since}{after}");
    let _: () = redis.set_options(key(sid), edited, keep).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_20_the_cookie_is_the_hosts_alone_and_redis_has_none_of_it() {
    let world = World::shared().await;
    let secure = world.serve_secure().await.browser().get("/login").await;
    let set = cookies(&secure);
    let [cookie] = &*set else {
        panic!("one cookie: {set:?}");
    };
    let mut parts = cookie.split("; ");
    let value = parts.next().unwrap().strip_prefix("__Host-sid=").unwrap();
    // Letters of six bits each.
    assert!(value.len() * 6 >= 128, "{value}");
    let mut said: Vec<_> = parts.collect();
    said.retain(|part| !part.starts_with("Max-Age=") && !part.starts_with("Expires="));
    said.sort_unstable();
    assert_eq!(said, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);

    let teacher = world.town().await.teacher().await;
    let (_browser, sid) = signed_in(&world.serve().await, &teacher).await;
    let held = tests::stack::in_redis().await;
    assert!(
        held.iter().any(|(at, _)| *at == key(&sid)),
        "kept by its hash"
    );
    // Nor as the number it is of, which a record of a session has in it.
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(&sid)
        .unwrap();
    let number = i128::from_le_bytes(bytes.try_into().unwrap()).to_string();
    for (at, value) in &held {
        for said in [&sid, &number] {
            assert!(!at.contains(said) && !value.contains(said), "{at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_21_whoever_becomes_another_gets_another_session() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (here, there) = (world.town().await, world.town().await);
    let teacher = here.teacher().await;
    there.also(&teacher, Role::Expert, None).await;
    teacher.ready_to_sign_in().await;
    let browser = site.browser();
    let login = browser.get("/login").await;
    let before = sid(&login).unwrap();
    let typed = [
        ("Имя пользователя", teacher.login.as_str()),
        ("Пароль", PASSWORD),
    ];
    let entered = browser.submit(&login, "Войти", &typed).await;
    let after = sid(&entered).unwrap();
    assert_ne!(before, after, "fixation");
    let choice = browser.follow(entered).await;
    let choose = format!("{}: {}", Role::Teacher.name(), here.name);
    let chosen = browser.submit(&choice, &choose, &[]).await;
    let in_cabinet = sid(&chosen).unwrap();
    assert_ne!(after, in_cabinet, "another cabinet");
    let strange = site.browser();
    for old in [&before, &after] {
        let (status, to) = with_cookie(&strange, "/profile", old).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(to.starts_with("/login"), "{to}");
    }
    let (status, _) = with_cookie(&strange, "/teacher", &in_cabinet).await;
    assert_eq!(status, StatusCode::OK);

    let page = browser.get("/profile/password").await;
    let new = "Снег над крышами 19";
    let typed = [
        ("Старый пароль", PASSWORD),
        ("Новый пароль", new),
        ("Подтверждение пароля", new),
    ];
    let changed = browser.submit(&page, "Сохранить", &typed).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.told());
    let renewed = sid(&changed).unwrap();
    assert_ne!(in_cabinet, renewed, "a new password");
    let (_, to) = with_cookie(&strange, "/teacher", &in_cabinet).await;
    assert!(to.starts_with("/login"), "{to}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_22_a_session_ends_by_itself_and_by_signing_out() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let mut redis = redis(STACK.redis.reveal()).await;
    let school = town.organisation("municipal").await;
    let minutes = |minutes: i64| minutes * 60;
    let (hours, days) = (|n: i64| minutes(n * 60), |n: i64| minutes(n * 24 * 60));
    for (person, remember, idle, longest) in [
        (town.teacher().await, false, hours(8), hours(8)),
        (town.teacher().await, true, days(30), days(30)),
        (town.school(school).await, false, hours(8), hours(8)),
        (town.school(school).await, true, days(30), days(30)),
        // Nobody else is remembered, ticked or not.
        (town.coordinator().await, false, minutes(30), hours(12)),
        (town.coordinator().await, true, minutes(30), hours(12)),
        (town.expert().await, true, minutes(30), hours(12)),
        (world.operator().await, false, minutes(15), hours(12)),
        (world.operator().await, true, minutes(15), hours(12)),
        (world.admin().await, true, minutes(15), hours(12)),
    ] {
        let (role, path) = (person.role, person.role.home());
        let ticked = [("Запомнить меня", "yes")];
        let besides = &ticked[..usize::from(remember)];
        let (browser, sid) = signed_in_with(&site, &person, besides).await;
        let left: i64 = redis.ttl(key(&sid)).await.unwrap();
        assert!((idle - 60..=idle).contains(&left), "{role:?}: {left}");

        // All but a minute of it has passed: a request begins it anew, in Redis and in the browser.
        let there: bool = redis.expire(key(&sid), 60).await.unwrap();
        assert!(there, "{role:?}");
        let home = browser.get(path).await;
        let left: i64 = redis.ttl(key(&sid)).await.unwrap();
        assert!((idle - 60..=idle).contains(&left), "{role:?}: {left}");
        let mut set = cookies(&home).into_iter();
        let cookie = set.find(|cookie| cookie.starts_with("sid=")).unwrap();
        assert!(cookie.contains(&format!("Max-Age={idle}")), "{cookie}");
        let cached = home
            .headers
            .iter()
            .find(|(name, _)| name == "cache-control");
        assert!(cached.unwrap().1.contains("no-store"), "{cached:?}");

        // Signed in almost as long ago as may be; a request then puts the end off by nothing.
        backdate(&mut redis, &sid, longest - 600).await;
        let still = browser.get(path).await;
        assert_eq!(still.status, StatusCode::OK, "{}", still.told());
        backdate(&mut redis, &sid, 601).await;
        let late = browser.get(path).await;
        assert_eq!(late.status, StatusCode::SEE_OTHER, "{role:?}");
    }

    // The idle time has passed: Redis has forgotten the session, and so it stays.
    let (browser, sid) = signed_in(&site, &town.teacher().await).await;
    let _: () = redis.expire(key(&sid), 0).await.unwrap();
    let late = browser.get("/teacher").await;
    assert_eq!(late.status, StatusCode::SEE_OTHER, "{}", late.told());
    assert!(late.location.unwrap().starts_with("/login"), "signed out");
    let back: bool = redis.exists(key(&sid)).await.unwrap();
    assert!(!back, "the session is there again");
    let (browser, sid) = signed_in(&site, &town.teacher().await).await;
    let home = browser.get("/teacher").await;
    let out = browser.submit(&home, "Выйти", &[]).await;
    let told = out
        .headers
        .iter()
        .any(|(name, _)| name == "clear-site-data");
    assert!(told, "{:?}", out.headers);
    let gone: bool = redis.exists(key(&sid)).await.unwrap();
    assert!(!gone, "the session is still there");
    let (_, to) = with_cookie(&site.browser(), "/teacher", &sid).await;
    assert!(to.starts_with("/login"), "{to}");
}

/// A session that ends while one of its requests is worked on stays ended when that is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_22_a_request_under_way_brings_no_session_back() {
    let world = World::own().await;
    let site = world.serve().await;
    let coordinator = world.town().await.coordinator().await;
    let mut redis = redis(STACK.redis.reveal()).await;
    let (browser, sid) = signed_in(&site, &coordinator).await;
    let mut holder = world.superuser().await;
    holder
        .script("BEGIN; LOCK TABLE app.application IN ACCESS EXCLUSIVE MODE")
        .await;
    let asking = tokio::spawn(async move { browser.get("/municipal/applications").await });
    let waits = "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                   WHERE d.datname = current_database() AND NOT l.granted
                     AND l.relation = 'app.application'::regclass)";
    while !holder.value::<bool>(waits).await.unwrap() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let _: () = redis.del(key(&sid)).await.unwrap();
    holder.script("ROLLBACK").await;
    let page = asking.await.unwrap();
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    let back: bool = redis.exists(key(&sid)).await.unwrap();
    assert!(!back, "the session is there again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_24_without_redis_nobody_is_anybody() {
    let world = World::shared().await;
    let mut redis = RedisServer::start().await;
    let server = world
        .server_with(&[("ATTEST_REDIS_URL", &redis.url(""))])
        .await;
    let site = server.site();
    let teacher = world.town().await.teacher().await;
    teacher.ready_to_sign_in().await;
    let (browser, _) = signed_in(site, &teacher).await;
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
    redis.down();
    for path in ["/teacher", "/profile", "/login"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(page.heading(), "Служба временно недоступна", "{path}");
        assert!(!page.body.contains(&teacher.login), "{path}");
    }
    let ready = browser.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    redis.up().await;
    let mut page = browser.get("/teacher").await;
    for _ in 0..100 {
        if page.status != StatusCode::SERVICE_UNAVAILABLE {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        page = browser.get("/teacher").await;
    }
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
    assert!(page.location.unwrap().starts_with("/login"), "signed out");
    let (again, _) = signed_in(site, &teacher).await;
    assert_eq!(again.get("/teacher").await.status, StatusCode::OK);
}

/// The rules an installation gives to Redis, with passwords.
fn rules() -> String {
    include_str!("../../deploy/redis.acl")
        .replace("SERVER_PASSWORD", "server-secret")
        .replace("CTL_PASSWORD", "ctl-secret")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_25_the_servers_login_in_redis_does_what_it_must_and_no_more() {
    let world = World::shared().await;
    let server = RedisServer::with_rules(&rules()).await;
    let (url, ctl) = (
        server.url("attest:server-secret"),
        server.url("attest-ctl:ctl-secret"),
    );
    // Everything pages ask of it: sessions, limits, forms sent twice, the list of one's sessions.
    let site = world.serve_apart(&url).await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let (browser, _) = signed_in(&site, &teacher).await;
    let wrong = site.browser();
    let page = wrong.get("/login").await;
    let typed = [
        ("Имя пользователя", teacher.login.as_str()),
        ("Пароль", "не тот, что надо"),
    ];
    let refused = wrong.submit(&page, "Войти", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let cards = browser.get("/teacher").await;
    assert_eq!(cards.status, StatusCode::OK);
    let page = browser.get("/teacher/card").await;
    let form = page.filled("Сохранить", &[]);
    let (once, twice) = (
        browser.send(&form, &[]).await,
        browser.send(&form, &[]).await,
    );
    assert_eq!((once.status, once.location), (twice.status, twice.location));
    let sessions = browser.get("/profile/sessions").await;
    assert_eq!(sessions.status, StatusCode::OK);
    let everywhere = browser.submit(&sessions, "Выйти везде", &[]).await;
    assert_eq!(
        everywhere.status,
        StatusCode::SEE_OTHER,
        "{}",
        everywhere.told()
    );
    web::session::forget(
        &ctl,
        town.id,
        &[teacher.account.0],
        std::slice::from_ref(&teacher.login),
    )
    .await
    .unwrap();

    let mut own = redis(&url).await;
    let mut refused = Vec::new();
    for command in [
        "FLUSHALL",
        "FLUSHDB",
        "KEYS *",
        "CONFIG GET *",
        "SCAN 0",
        "ACL LIST",
        "CLIENT LIST",
        "SHUTDOWN NOSAVE",
        "SUBSCRIBE all",
        "GET other",
        "SET other 1",
        "REPLICAOF 127.0.0.1 1",
    ] {
        let mut words = command.split(' ');
        let mut asked = redis::cmd(words.next().unwrap());
        asked.arg(words.collect::<Vec<_>>());
        match asked.query_async::<redis::Value>(&mut own).await {
            Err(error) if error.code() == Some("NOPERM") => refused.push(command),
            answer => panic!("{command}: {answer:?}"),
        }
    }
    println!("SEC-25: {} commands refused", refused.len());
    let stranger = redis::Client::open(server.url("")).unwrap();
    let mut anybody = stranger.get_multiplexed_async_connection().await.unwrap();
    let asked: Result<String, _> = anybody.get("sess:any").await;
    assert_eq!(asked.unwrap_err().code(), Some("NOAUTH"));
}

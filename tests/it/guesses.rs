//! Guessing passwords (SEC-43): how often from one address, how often at one login, and that either
//! is over with its window. On a Redis of each test's own, where nobody else's tries are counted. That
//! guesses keep no owner out of a browser it is known by stands in `devices`.

use redis::{AsyncCommands as _, aio::MultiplexedConnection};
use reqwest::{Method, StatusCode};
use tests::{
    RedisServer, Site, World,
    world::{PASSWORD, unique},
};

const WRONG: &str = "не тот пароль, а другой";
const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const DELAYED: StatusCode = StatusCode::TOO_MANY_REQUESTS;
const ENTERED: StatusCode = StatusCode::SEE_OTHER;

/// The whole of this machine: the proxy a browser of a test comes through.
const PROXY: &str = "127.0.0.0/8";

/// Signs in by a new browser which a proxy says to be of these addresses.
async fn tried(site: &Site, from: &str, login: &str, password: &str) -> StatusCode {
    let browser = site.browser();
    let page = browser.get("/login").await;
    let typed = [("Имя пользователя", login), ("Пароль", password)];
    let form = page.filled("Войти", &typed);
    let request = browser
        .request(Method::POST, &form.action)
        .header("x-forwarded-for", from);
    request.form(&form.fields).send().await.unwrap().status()
}

async fn connection(redis: &RedisServer) -> MultiplexedConnection {
    let client = redis::Client::open(redis.url("")).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// What is counted of sign-ins: keys and numbers.
async fn counted(redis: &mut MultiplexedConnection) -> Vec<(String, u32)> {
    let keys: Vec<String> = redis.keys("rl:login:*").await.unwrap();
    let mut counted = Vec::new();
    for key in keys {
        let number: u32 = redis.get(&key).await.unwrap();
        counted.push((key, number));
    }
    counted
}

/// Ends every window as a quarter of an hour would: each has an end.
async fn end_windows(redis: &mut MultiplexedConnection) {
    let counted = counted(redis).await;
    assert!(!counted.is_empty());
    for (key, _) in counted {
        let left: i64 = redis.ttl(&key).await.unwrap();
        assert!((1..=15 * 60).contains(&left), "{key}: {left}");
        let _: () = redis.del(&key).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_43_one_address_guesses_so_often_whatever_the_logins() {
    let world = World::shared().await;
    let server = RedisServer::start().await;
    let mut redis = connection(&server).await;
    let person = world.town().await.teacher().await;
    person.ready_to_sign_in().await;
    let login = person.login.as_str();

    // What is no proxy's word is not believed: all of it is one address.
    let site = world.serve_guarded(&server.url(""), &[], 100, 5).await;
    for index in 0..5 {
        let from = format!("198.51.{index}.1");
        assert_eq!(tried(&site, &from, &unique("z"), WRONG).await, REFUSED);
    }
    assert_eq!(tried(&site, "203.0.113.1", login, PASSWORD).await, DELAYED);

    // Behind a proxy it is the address the proxy tells, with its neighbours.
    let site = world.serve_guarded(&server.url(""), &[PROXY], 100, 5).await;
    for index in 0..5 {
        let from = format!("198.51.100.{index}");
        assert_eq!(tried(&site, &from, &unique("z"), WRONG).await, REFUSED);
    }
    for (from, status) in [
        ("198.51.100.200", DELAYED),
        ("203.0.113.1, 198.51.100.200", DELAYED),
        ("203.0.113.1", ENTERED),
    ] {
        assert_eq!(tried(&site, from, login, PASSWORD).await, status, "{from}");
    }

    end_windows(&mut redis).await;
    let status = tried(&site, "198.51.100.200", login, PASSWORD).await;
    assert_eq!(status, ENTERED);
    for (key, number) in counted(&mut redis).await {
        assert_eq!(number, 0, "{key}: the right password is no guess");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_43_one_login_is_guessed_so_often_wherever_from() {
    let world = World::shared().await;
    let server = RedisServer::start().await;
    let mut redis = connection(&server).await;
    let site = world.serve_guarded(&server.url(""), &[PROXY], 3, 2).await;
    let town = world.town().await;
    let (person, other) = (town.teacher().await, town.teacher().await);
    for person in [&person, &other] {
        person.ready_to_sign_in().await;
    }

    for index in 0..3 {
        let from = format!("198.51.{index}.1");
        assert_eq!(tried(&site, &from, &person.login, WRONG).await, REFUSED);
    }
    // The delay is the login's, not of whoever comes from where it was met.
    let here = "203.0.113.1";
    for _ in 0..3 {
        let status = tried(&site, here, &person.login, PASSWORD).await;
        assert_eq!(status, DELAYED);
    }
    assert_eq!(tried(&site, here, &other.login, PASSWORD).await, ENTERED);
    for (key, _) in counted(&mut redis).await {
        assert!(!key.contains(&person.login), "{key} names somebody");
    }

    end_windows(&mut redis).await;
    let status = tried(&site, here, &person.login, PASSWORD).await;
    assert_eq!(status, ENTERED);
    // Having come in takes nothing from what may be mistyped.
    for (key, number) in counted(&mut redis).await {
        assert_eq!(number, 0, "{key}: the right password is no guess");
    }
    for index in 0..3 {
        let from = format!("198.51.{index}.1");
        assert_eq!(tried(&site, &from, &person.login, WRONG).await, REFUSED);
    }
    let status = tried(&site, here, &person.login, PASSWORD).await;
    assert_eq!(status, DELAYED);
}

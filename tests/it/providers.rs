//! Sign-in with identity providers (SEC-50…54): what an answer must be to be believed, whose account
//! an identity is (`linking`), and what a provider that does not work costs.

mod linking;

use std::{io::ErrorKind, net::TcpListener};

use redis::AsyncCommands as _;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    Browser, Issuer, Page, Person, Sign, Site, Token, World, issuer::providers, stack::STACK,
};
use web::identity::{Providers, Reach};

const REFUSED: &str = "Вход не выполнен";
const AWAY: &str = "Вход через Врата сейчас не работает. Войдите по имени и паролю.";

async fn site(world: &World, issuer: &Issuer) -> Site {
    site_with(world, issuer, json!({})).await
}

async fn site_with(world: &World, issuer: &Issuer, more: Value) -> Site {
    let entry = issuer.entry("gate", "Врата", more);
    world.serve_with_providers(providers(&[entry])).await
}

fn honest(_: &mut Token) {}

/// Begins a sign-in: where the browser is sent.
async fn begin(browser: &Browser, path: &str) -> String {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.told());
    page.location.unwrap()
}

/// Signs in at the provider as `subject`: what the answer leads to.
async fn come(browser: &Browser, issuer: &Issuer, path: &str, subject: &str) -> Page {
    let asked = begin(browser, path).await;
    browser.get(&issuer.grant(&asked, subject, honest)).await
}

fn typed(person: &Person) -> [(&'static str, &str); 2] {
    [
        ("Имя пользователя", person.login.as_str()),
        ("Пароль", tests::world::PASSWORD),
    ]
}

/// Writes another number under a key of the session a page was given, in Redis.
pub async fn edit(page: &Page, key: &str, number: i64) {
    use sha2::Digest as _;
    let cookies = page.headers.iter().filter(|(name, _)| name == "set-cookie");
    let sid = cookies
        .filter_map(|(_, value)| value.strip_prefix("sid="))
        .map(|value| value.split(';').next().unwrap())
        .next_back()
        .unwrap();
    let digest = sha2::Sha256::digest(sid.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let client = redis::Client::open(STACK.redis.reveal()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let session = format!("sess:{hex}");
    let kept: String = redis.get(&session).await.unwrap();
    // As text: the session's own number is longer than JSON's are read.
    let (before, rest) = kept.split_once(&format!("\"{key}\":")).unwrap();
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let edited = format!("{before}\"{key}\":{number}{after}");
    let keep = redis::SetOptions::default().with_expiration(redis::SetExpiry::KEEPTTL);
    let _: () = redis.set_options(&session, edited, keep).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_50_an_answer_is_taken_once_by_the_browser_that_asked() {
    let (world, issuer) = (World::shared().await, Issuer::start().await);
    let site = site(&world, &issuer).await;
    let login = site.browser().get("/login").await;
    assert!(
        login.links().contains(&"/login/gate".to_owned()),
        "a link, not a form"
    );

    let browser = site.browser();
    let asked = begin(&browser, "/login/gate").await;
    let answer = issuer.grant(&asked, "one", honest);
    let (path, query) = answer.split_once('?').unwrap();
    let state = query.split_once("state=").unwrap().1;
    // Another browser, no state, another state: nobody asked for it.
    let stranger = site.browser();
    begin(&stranger, "/login/gate").await;
    assert_eq!(stranger.get(&answer).await.status, StatusCode::BAD_REQUEST);
    for wrong in [
        path.to_owned(),
        format!("{path}?code=x"),
        format!("{path}?code=x&state="),
        format!("{path}?code=x&state={state}x"),
    ] {
        let page = browser.get(&wrong).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(page.heading(), REFUSED);
    }
    // Of answers at once one is taken.
    let tries = (0..8).map(|_| browser.get(&answer));
    let answers = futures::future::join_all(tries).await;
    let taken = answers
        .iter()
        .filter(|page| page.status == StatusCode::SEE_OTHER);
    assert_eq!(taken.count(), 1);
    assert_eq!(
        browser.get(&answer).await.status,
        StatusCode::BAD_REQUEST,
        "a replay"
    );

    // An attempt is good for ten minutes.
    let browser = site.browser();
    let page = browser.get("/login/gate").await;
    let answer = issuer.grant(page.location.as_deref().unwrap(), "one", honest);
    let begun = tests::issuer::now() - 601;
    edit(&page, "at", begun).await;
    assert_eq!(
        browser.get(&answer).await.status,
        StatusCode::BAD_REQUEST,
        "too late"
    );
    // A code that is worth nothing, and a person who changed its mind.
    let asked = begin(&browser, "/login/gate").await;
    let answer = issuer.grant(&asked, "one", honest);
    let spoiled = answer.replace("code=", "code=x");
    assert_eq!(browser.get(&spoiled).await.status, StatusCode::BAD_REQUEST);
    let asked = begin(&browser, "/login/gate").await;
    let answer = issuer.grant(&asked, "one", honest);
    let declined = answer.replace("code=", "error=access_denied&x=");
    let page = browser.get(&declined).await;
    let page = browser.follow(page).await;
    assert!(
        page.body.contains("Вход через Врата отменён."),
        "{}",
        page.told()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_51_a_token_that_is_not_for_this_sign_in_is_refused() {
    type Spoil = fn(&mut Token);
    let (world, issuer) = (World::shared().await, Issuer::start().await);
    let site = site(&world, &issuer).await;
    let spoils: [(&str, Spoil); 14] = [
        ("aud", |token| token.claims["aud"] = "another".into()),
        ("two auds", |token| {
            token.claims["aud"] = json!(["attest", "another"])
        }),
        ("no aud", |token| token.claims["aud"] = json!([])),
        ("azp", |token| token.claims["azp"] = "another".into()),
        ("iss", |token| {
            token.claims["iss"] = "https://another.example".into()
        }),
        ("exp", |token| {
            token.claims["exp"] = (tests::issuer::now() - 60).into()
        }),
        ("no exp", |token| token.claims["exp"] = Value::Null),
        ("nonce", |token| token.claims["nonce"] = "another".into()),
        ("no nonce", |token| token.claims["nonce"] = Value::Null),
        ("alg none", |token| {
            token.header["alg"] = "none".into();
            token.sign = Sign::Nothing;
        }),
        ("no signature", |token| token.sign = Sign::Nothing),
        ("HS256 by the public key", |token| {
            token.header["alg"] = "HS256".into();
            token.sign = Sign::PublicKeyAsSecret;
        }),
        ("HS256 by the public key, no kid", |token| {
            token.header = json!({"alg": "HS256", "typ": "JWT"});
            token.sign = Sign::PublicKeyAsSecret;
        }),
        ("kid", |token| token.header["kid"] = "unknown".into()),
    ];
    for (what, spoil) in spoils {
        let browser = site.browser();
        let asked = begin(&browser, "/login/gate").await;
        let page = browser.get(&issuer.grant(&asked, "one", spoil)).await;
        // What is no token at all is a provider that does not work.
        let refused = match what {
            "no exp" => page.location.as_deref() == Some("/login"),
            _ => page.status == StatusCode::BAD_REQUEST,
        };
        assert!(refused, "{what}: {}", page.told());
        assert!(
            browser.get("/login/gate/link").await.location.is_some(),
            "{what}"
        );
    }
    // The keys were asked for at first, and once more for the one that is not there.
    assert_eq!(issuer.keys_asked(), 2);
    issuer.rotate();
    let page = come(&site.browser(), &issuer, "/login/gate", "one").await;
    assert_eq!(
        page.location.as_deref(),
        Some("/login/gate/link"),
        "a new key"
    );
    assert_eq!(issuer.keys_asked(), 3);
    come(&site.browser(), &issuer, "/login/gate", "one").await;
    assert_eq!(issuer.keys_asked(), 3, "known by now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_51_one_provider_does_not_answer_for_another() {
    let world = World::shared().await;
    let (gate, other) = (Issuer::start().await, Issuer::start().await);
    let entries = [
        gate.entry("gate", "Врата", json!({})),
        other.entry("other", "Другой", json!({})),
    ];
    let site = world.serve_with_providers(providers(&entries)).await;
    let browser = site.browser();
    // The answer to one, brought to the other's address.
    let asked = begin(&browser, "/login/gate").await;
    let answer = gate.grant(&asked, "one", honest);
    let mixed = answer.replace("/login/gate/", "/login/other/");
    assert_eq!(browser.get(&mixed).await.status, StatusCode::BAD_REQUEST);
    // The one says it is the other (RFC 9207); or is what it should be.
    for (iss, status) in [
        (other.url(), StatusCode::BAD_REQUEST),
        (gate.url(), StatusCode::SEE_OTHER),
    ] {
        let asked = begin(&browser, "/login/gate").await;
        let answer = gate.grant(&asked, "one", honest);
        let answer = format!("{answer}&iss={iss}");
        assert_eq!(browser.get(&answer).await.status, status, "{iss}");
    }
    // Discovery that names another issuer is not this provider's.
    let liar = Issuer::start().await;
    liar.claim(&gate.url());
    let site = self::site(&world, &liar).await;
    let page = site.browser();
    let page = page.follow(page.get("/login/gate").await).await;
    assert!(page.body.contains(AWAY), "{}", page.told());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_54_an_inner_address_is_not_connected_to_however_it_is_written() {
    let world = World::shared().await;
    let inside = TcpListener::bind("127.0.0.1:0").unwrap();
    inside.set_nonblocking(true).unwrap();
    let port = inside.local_addr().unwrap().port();
    let entry = |slug: &str, host: &str| {
        let issuer = format!("https://{host}:{port}");
        json!({"slug": slug, "name": "Врата", "client_id": "a", "issuer": issuer})
    };
    let entries = json!([entry("name", "localhost"), entry("number", "127.0.0.1")]);
    let providers = Providers::read(&entries.to_string(), Reach::Public).unwrap();
    let site = world.serve_with_providers(providers).await;
    for slug in ["name", "number"] {
        let browser = site.browser();
        let begun = browser.get(&format!("/login/{slug}")).await;
        let page = browser.follow(begun).await;
        assert!(page.body.contains(AWAY), "{slug}: {}", page.told());
        let nobody = inside.accept().unwrap_err();
        assert_eq!(nobody.kind(), ErrorKind::WouldBlock, "{slug}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_54_a_redirect_is_not_followed() {
    let (world, issuer) = (World::shared().await, Issuer::start().await);
    let site = self::site(&world, &issuer).await;
    issuer.go_away(StatusCode::TEMPORARY_REDIRECT);
    let browser = site.browser();
    let page = browser.follow(browser.get("/login/gate").await).await;
    assert!(page.body.contains(AWAY), "{}", page.told());
    // Nor with the code in hand.
    issuer.come_back();
    let asked = begin(&browser, "/login/gate").await;
    let answer = issuer.grant(&asked, "one", honest);
    issuer.go_away(StatusCode::TEMPORARY_REDIRECT);
    let page = browser.follow(browser.get(&answer).await).await;
    assert!(page.body.contains(AWAY), "{}", page.told());
    assert_eq!(issuer.followed(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_down_costs_a_word_and_the_form_for_the_password() {
    let (world, issuer) = (World::shared().await, Issuer::start().await);
    let site = site(&world, &issuer).await;
    let person = world.town().await.teacher().await;
    person.ready_to_sign_in().await;
    issuer.go_away(StatusCode::SERVICE_UNAVAILABLE);
    let browser = site.browser();
    let page = browser.follow(browser.get("/login/gate").await).await;
    assert!(page.body.contains(AWAY), "{}", page.told());
    let entered = browser.submit(&page, "Войти", &typed(&person)).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.told());
    // It goes down while the person is there; and is asked again when it is back.
    issuer.come_back();
    let browser = site.browser();
    let asked = begin(&browser, "/login/gate").await;
    let answer = issuer.grant(&asked, "one", honest);
    issuer.go_away(StatusCode::SERVICE_UNAVAILABLE);
    let page = browser.follow(browser.get(&answer).await).await;
    assert!(page.body.contains(AWAY), "{}", page.told());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_signed_by_the_signer_of_the_deployment() {
    let (world, issuer) = (World::shared().await, Issuer::start().await);
    let mut entry = issuer.entry("gate", "Врата", json!({"scopes": ["fullname"]}));
    let fields = entry.as_object_mut().unwrap();
    fields.remove("client_secret");
    fields.insert(
        "signer_url".to_owned(),
        format!("{}/sign", issuer.url()).into(),
    );
    let site = world.serve_with_providers(providers(&[entry])).await;
    let browser = site.browser();
    let asked = begin(&browser, "/login/gate").await;
    assert!(
        asked.contains("client_secret=signature+of+authorize"),
        "{asked}"
    );
    let page = browser.get(&issuer.grant(&asked, "one", honest)).await;
    assert_eq!(page.location.as_deref(), Some("/login/gate/link"));
    let (signed, exchanged) = issuer.signed();
    assert_eq!(exchanged["client_secret"], "signature of token");
    assert_eq!(signed[0]["scope"], "openid fullname");
    assert_eq!(signed[1]["code"], exchanged["code"]);
    assert_eq!(signed[0]["state"], signed[1]["state"]);
}

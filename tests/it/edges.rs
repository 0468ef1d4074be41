//! What every answer has whoever asks for whatever (SEC-31…33, 85), and what is sent how: compressed,
//! kept, refused. By HTTP alone.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use reqwest::{Method, Response, StatusCode, header};
use tests::{Browser, Page, Site, World};

use crate::reuse;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
object-src 'none'";

async fn ask(browser: &Browser, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = browser.request(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn get(browser: &Browser, path: &str, headers: &[(&str, &str)]) -> Response {
    ask(browser, Method::GET, path, headers).await
}

fn value(answer: &Response, name: &str) -> String {
    let value = answer.headers().get(name);
    value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
}

/// The address of the style every page has.
async fn style(browser: &Browser) -> String {
    let page = browser.get("/").await.body;
    let after = page.split_once("href=\"/assets/app.").unwrap().1;
    format!("/assets/app.{}", after.split_once('"').unwrap().0)
}

#[tokio::test]
async fn sec_31_a_sign_in_another_site_sends_is_refused() {
    let world = World::shared().await;
    let site = world.serve().await;
    let teacher = world.town().await.teacher().await;
    teacher.ready_to_sign_in().await;
    let browser = site.browser();
    let page = browser.get("/login").await;
    let typed = [
        ("Имя пользователя", teacher.login.as_str()),
        ("Пароль", tests::world::PASSWORD),
    ];
    let form = page.filled("Войти", &typed);
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
    ] {
        let request = browser.request(Method::POST, &form.action);
        let answer = request.header(name, value).form(&form.fields).send().await;
        assert_eq!(answer.unwrap().status(), StatusCode::FORBIDDEN, "{name}");
    }
    let entered = browser.send(&form, &[]).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.told());
}

#[tokio::test]
async fn sec_32_sec_33_every_answer_has_the_headers() {
    let world = World::shared().await;
    let site = world.serve().await;
    let teacher = site.browser_of(&world.town().await.teacher().await).await;
    let stranger = site.browser();
    let style = style(&stranger).await;
    let mut seen = Vec::new();
    for (browser, method, path) in [
        (&stranger, Method::GET, "/"),
        (&stranger, Method::GET, "/login"),
        (&stranger, Method::GET, style.as_str()),
        (&stranger, Method::GET, "/assets/none.css"),
        (&stranger, Method::GET, "/nowhere"),
        (&stranger, Method::GET, "/teacher"),
        (&stranger, Method::GET, "/invitation/none"),
        (&stranger, Method::POST, "/login"),
        (&stranger, Method::PUT, "/login"),
        (&stranger, Method::TRACE, "/login"),
        (&teacher, Method::GET, "/teacher"),
        (&teacher, Method::GET, "/operator"),
        (&teacher, Method::POST, "/uploads"),
    ] {
        let answer = ask(browser, method.clone(), path, &[]).await;
        let token = path.starts_with("/invitation");
        let wanted = [
            ("content-security-policy", CSP),
            ("x-content-type-options", "nosniff"),
            (
                "strict-transport-security",
                "max-age=31536000; includeSubDomains",
            ),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            (
                "referrer-policy",
                if token { "no-referrer" } else { "same-origin" },
            ),
            ("server", ""),
            ("x-powered-by", ""),
        ];
        for (name, wanted) in wanted {
            assert_eq!(value(&answer, name), wanted, "{name} of {method} {path}");
        }
        assert_ne!(value(&answer, "permissions-policy"), "", "{method} {path}");
        assert_ne!(value(&answer, "cache-control"), "", "{method} {path}");
        seen.push(answer.status().as_u16());
    }
    let trace = ask(&stranger, Method::TRACE, "/", &[("x-secret", "канарейка")]).await;
    assert_eq!(trace.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(trace.text().await.unwrap(), "");
    println!("SEC-32: {} answers of statuses {seen:?}", seen.len());
}

/// A fault of ours says its number, and nothing of what went wrong.
fn tells_its_number_alone(page: &Page) {
    assert_eq!(
        page.status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "{}",
        page.told()
    );
    assert_eq!(page.heading(), "Что-то пошло не так");
    let number = page
        .body
        .split_once("Номер для службы поддержки: <code>")
        .unwrap()
        .1;
    let number = number.split_once('<').unwrap().0;
    assert!(number.len() == 32 && number.bytes().all(|b| b.is_ascii_hexdigit()));
    for word in [
        "attest_that",
        "database",
        "sqlx",
        "SELECT",
        "panicked",
        reuse::BREAKS,
        ".rs",
    ] {
        assert!(!page.body.contains(word), "{word} in {}", page.body);
    }
}

#[tokio::test]
async fn sec_85_a_fault_of_ours_tells_its_number_and_nothing_of_itself() {
    let site = World::bare("attest_that_is_not_there").await.serve().await;
    let down = site.browser().get("/m/kirov/login").await;
    tells_its_number_alone(&down);
    // An object that is not there has no number: it is the page of another's object.
    let nowhere = site.browser().get("/nowhere").await;
    assert!(
        !nowhere.body.contains("службы поддержки"),
        "{}",
        nowhere.told()
    );
}

/// A handler that panics inside its transaction is a fault of ours like any other: whoever asks next,
/// over the same connection, is served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_85_a_panic_tells_its_number_and_the_next_request_is_served() {
    let world = World::shared().await;
    let breaks = Arc::new(AtomicBool::new(false));
    let clock = {
        let breaks = breaks.clone();
        reuse::clock(world.now(), move || breaks.load(Ordering::Relaxed))
    };
    let (app, _) = world.rough_app(1, clock, "");
    let site = Site::of(app).await;
    let coordinator = world.town().await.coordinator().await;
    let browser = site.browser_of(&coordinator).await;
    let path = "/municipal/applications";
    breaks.store(true, Ordering::Relaxed);
    tells_its_number_alone(&browser.get(path).await);
    // What is posted is worked on in a task of its own.
    tells_its_number_alone(&browser.post(path, &[]).await);
    breaks.store(false, Ordering::Relaxed);
    let next = browser.get(path).await;
    assert_eq!(next.status, StatusCode::OK, "{}", next.told());
}

/// Whoever has no session yet gets one with the page, and it cannot be kept: the layer of sessions
/// answered 500 and an empty page.
#[tokio::test]
async fn where_a_session_cannot_be_kept_the_page_says_so() {
    let world = World::shared().await;
    let site = world.serve_apart("redis://127.0.0.1:1/").await;
    let page = site.browser().get("/register").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(page.heading(), "Служба временно недоступна");
}

/// A database that stood still for a while ends what took too long meanwhile: people were told of a
/// fault of ours.
#[tokio::test]
async fn a_statement_that_ran_out_of_time_is_told_as_an_outage() {
    let world = World::own().await;
    let town = world.town().await;
    let now = world.now();
    let hurried = "options[statement_timeout]=1000";
    let (app, _) = world.rough_app(2, std::sync::Arc::new(move || now), hurried);
    let site = Site::of(app).await;
    let browser = site.browser_of(&town.coordinator().await).await;
    let mut holder = world.superuser().await;
    holder
        .script("BEGIN; LOCK TABLE app.application IN ACCESS EXCLUSIVE MODE")
        .await;
    let page = browser.get("/municipal/applications").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(page.heading(), "Служба временно недоступна");
}

#[tokio::test]
async fn an_asset_is_kept_and_asked_for_again_only_under_another_name() {
    let site = World::shared().await.serve().await;
    let browser = site.browser();
    let hashed = style(&browser).await;
    let answer = get(&browser, &hashed, &[]).await;
    assert_eq!(
        value(&answer, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    let tag = value(&answer, "etag");
    assert!(!answer.bytes().await.unwrap().is_empty());
    let answer = get(&browser, "/assets/app.css", &[]).await;
    assert_eq!(
        (value(&answer, "cache-control"), value(&answer, "etag")),
        ("no-cache".to_owned(), tag.clone())
    );
    let strong = tag.trim_start_matches("W/").to_owned();
    for known in [tag.clone(), strong, format!("\"x\", {tag}"), "*".to_owned()] {
        let again = get(&browser, "/assets/app.css", &[("if-none-match", &known)]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(value(&again, "etag"), tag);
        assert!(again.bytes().await.unwrap().is_empty());
    }
    let other = get(&browser, "/assets/app.css", &[("if-none-match", "\"x\"")]).await;
    assert_eq!(other.status(), StatusCode::OK);
}

/// How an answer to `headers` is packed.
async fn packed(site: &Site, path: &str, site_of_asker: &str) -> String {
    let headers = [
        ("accept-encoding", "gzip"),
        ("sec-fetch-site", site_of_asker),
    ];
    let answer = get(&site.browser(), path, &headers).await;
    assert!(answer.status().is_success());
    value(&answer, header::CONTENT_ENCODING.as_str())
}

#[tokio::test]
async fn pages_are_compressed_but_not_to_a_request_of_another_site() {
    let site = World::shared().await.serve().await;
    let style = style(&site.browser()).await;
    for (path, by, wanted) in [
        ("/login", "none", "gzip"),
        ("/login", "same-origin", "gzip"),
        ("/login", "same-site", ""),
        ("/login", "cross-site", ""),
        (style.as_str(), "same-origin", "gzip"),
        ("/assets/pt-sans-latin-400.woff2", "same-origin", ""),
    ] {
        assert_eq!(packed(&site, path, by).await, wanted, "{path} {by}");
    }
}

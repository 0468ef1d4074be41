//! What leaves the processes about themselves: one trace from a request to its letter and its job,
//! lines of the log that nobody forges (SEC-84), nothing of people in any of it (SEC-83), and nobody
//! who waits for the collector.

use std::time::Duration;

use reqwest::{Method, StatusCode, header::HeaderValue};
use tests::{
    Application, Browser, Collector, Page, Person, Server, Town, Worker, World, collector::Told,
    stack::in_redis, world::unique,
};

const PATIENCE: Duration = Duration::from_millis(100);

const SUBMIT: &str = "/teacher/application/submit";
const FORM: &str = "/teacher/application/form";

/// A server and a worker that tell a collector everything, and whoever applies there.
struct Watched {
    world: World,
    town: Town,
    coordinator: Person,
    teacher: Person,
    collector: Collector,
    server: Server,
    worker: Worker,
}

impl Watched {
    async fn new(log: &str) -> Self {
        let world = World::own().await;
        let town = world.town().await;
        let coordinator = town.coordinator().await;
        let teacher = town.teacher().await;
        let collector = Collector::start().await;
        let endpoint = collector.endpoint();
        let settings = [
            ("ATTEST_OTLP_ENDPOINT", endpoint.as_str()),
            ("ATTEST_LOG", log),
            ("ATTEST_LOG_FORMAT", "json"),
        ];
        let worker = world.worker_with(&settings);
        let server = world.server_with(&settings).await;
        Self {
            world,
            town,
            coordinator,
            teacher,
            collector,
            server,
            worker,
        }
    }

    /// The spans that came, once each of these is among them: every process sends its own when it
    /// likes.
    async fn told_of(&self, names: &[&str]) -> Vec<Told> {
        loop {
            let spans = self.collector.spans();
            let came = |name: &&str| spans.iter().any(|span| span.name == *name);
            if names.iter().all(came) {
                return spans;
            }
            tokio::time::sleep(PATIENCE).await;
        }
    }

    /// Whether the lines of both logs have the number of this trace.
    fn both_log(&self, trace: &str) -> bool {
        [self.server.log(), self.worker.log()]
            .iter()
            .all(|log| log.contains(trace))
    }

    /// Waits for metrics that count both requests of the page at this address, its form's too: in a
    /// batch each has a place of its own, which names the address once.
    async fn both_counted(&self, route: &str) {
        let both = |batch: &String| batch.matches(route).count() > 1;
        while !self.collector.metrics().iter().any(both) {
            tokio::time::sleep(PATIENCE).await;
        }
    }

    /// The letter of the worker that has this, once it is sent.
    async fn letter_with(&self, what: &str) -> String {
        loop {
            let mut letters = self.worker.letters().into_iter().map(|(_, body)| body);
            if let Some(letter) = letters.find(|letter| letter.contains(what)) {
                return letter;
            }
            tokio::time::sleep(PATIENCE).await;
        }
    }

    /// The page an application is submitted on: its card may not be the teacher's only one.
    async fn submitting(&self, application: &Application) -> String {
        let card = format!(
            "SELECT c.public_id::text FROM app.card c JOIN app.application a ON a.card_id = c.id
             WHERE a.id = {}",
            application.id
        );
        let card: String = self.world.superuser().await.value(&card).await.unwrap();
        format!("{SUBMIT}?card={card}")
    }

    async fn submit(&self, browser: &Browser, application: &Application) -> Page {
        let page = browser.get(&self.submitting(application).await).await;
        browser.submit(&page, "Подать заявление", &[]).await
    }
}

fn one<'a>(spans: &'a [Told], service: &str, name: &str) -> &'a Told {
    let found = spans
        .iter()
        .find(|span| span.service == service && span.name == name);
    found.unwrap_or_else(|| panic!("no «{name}» of {service}: {spans:#?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_84_one_trace_reaches_from_the_request_to_the_letter() {
    let watched = Watched::new("info").await;
    let browser = watched.server.site().browser_of(&watched.teacher).await;
    let application = watched.town.ready(&watched.teacher).await;
    let submitted = watched.submit(&browser, &application).await;
    assert_eq!(
        submitted.status,
        StatusCode::SEE_OTHER,
        "{}",
        submitted.told()
    );
    let asked = format!("POST {SUBMIT}");
    let spans = watched.told_of(&["letter submitted", &asked]).await;
    let request = one(&spans, "server", &asked);
    let verb = spans
        .iter()
        .find(|span| span.name == "application.submit" && span.trace == request.trace)
        .unwrap_or_else(|| panic!("no verb in {}: {spans:#?}", request.trace));
    let letter = one(&spans, "worker", "letter submitted");
    assert_eq!(
        (&request.parent, &verb.parent),
        (&String::new(), &request.id)
    );
    assert_eq!((&letter.trace, &letter.parent), (&request.trace, &verb.id));
    // The same number joins the lines of both logs and stands in the audit.
    assert!(watched.both_log(&request.trace), "{}", request.trace);
    let audited = format!(
        "SELECT count(*) FROM app.audit_event WHERE request_id = '{}'",
        request.trace
    );
    let lines: i64 = watched
        .world
        .superuser()
        .await
        .value(&audited)
        .await
        .unwrap();
    assert!(lines > 0);
    println!("SEC-84: {} spans of {}", spans.len(), request.trace);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_84_one_trace_reaches_from_the_request_to_the_job() {
    let watched = Watched::new("info").await;
    watched.town.card(&watched.teacher).await;
    let browser = watched.server.site().browser_of(&watched.teacher).await;
    let mut form = browser.get(FORM).await.form("Сформировать");
    for (name, value) in [
        ("category", "first"),
        ("procedure", "general"),
        ("form", "in_person"),
        ("presence", "absent"),
    ] {
        form.set(name, value);
    }
    let formed = browser.send(&form, &[]).await;
    assert_eq!(formed.status, StatusCode::SEE_OTHER, "{}", formed.told());
    let asked = format!("POST {FORM}");
    let spans = watched.told_of(&["job application_pdf", &asked]).await;
    let request = one(&spans, "server", &asked);
    let job = one(&spans, "worker", "job application_pdf");
    let verb = spans.iter().find(|span| span.id == job.parent);
    let verb = verb.unwrap_or_else(|| panic!("nobody asked for {job:?}: {spans:#?}"));
    assert_eq!(verb.name, "application.form");
    assert_eq!(verb.parent, request.id);
    assert_eq!([&verb.trace, &job.trace], [&request.trace; 2]);
    assert!(watched.both_log(&request.trace), "{}", request.trace);
}

/// What somebody might send to have a line of its own in the log.
const FORGED: &str = "x\r\n{\"level\":\"ERROR\",\"forged\":true}\n\u{1b}[2K\u{1b}]0;\u{7}\u{9b}2K";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_84_nothing_of_a_request_is_a_line_of_the_log_by_itself() {
    let world = World::shared().await;
    let settings = [("ATTEST_LOG", "debug"), ("ATTEST_LOG_FORMAT", "json")];
    let server = world.server_with(&settings).await;
    let browser = server.site().browser();
    let url = reqwest::Url::parse_with_params("http://localhost", [("q", FORGED)]).unwrap();
    let asked = url.query().unwrap();
    // A header holds no line break; what it may hold is enough to look like an object of JSON.
    let header = FORGED.replace(|c: char| c.is_ascii_control(), "");
    let mut sent = 0;
    let login = browser.get("/login").await;
    let typed = [("Имя пользователя", FORGED), ("Пароль", FORGED)];
    for page in [
        browser.submit(&login, "Войти", &typed).await,
        browser.get(&format!("/{asked}?{asked}")).await,
        browser.get(&format!("/email/confirm/{asked}")).await,
        browser.get(&format!("/m/{asked}/login?next={asked}")).await,
    ] {
        assert!(page.status.is_client_error(), "{}", page.told());
        sent += 1;
    }
    for name in [
        "user-agent",
        "referer",
        "traceparent",
        "x-request-id",
        "x-forwarded-for",
        "sec-fetch-site",
        "cookie",
    ] {
        let value = match name {
            "cookie" => format!("sid={header}"),
            _ => header.clone(),
        };
        let request = browser.request(Method::GET, "/login");
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        let answer = request.header(name, value).send().await.unwrap();
        assert!(!answer.status().is_server_error(), "{name}");
        sent += 1;
    }
    let mut requests = 0;
    for line in server.log().lines() {
        assert!(!line.contains(char::is_control), "{line:?}");
        let told: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(
            told["level"].is_string() && told["forged"].is_null(),
            "{line}"
        );
        requests += usize::from(told["message"] == "request");
    }
    // The page of sign-in, and one line each.
    assert_eq!(requests, 1 + sent);
    println!("SEC-84: {sent} requests that would write into the log, {requests} lines of requests");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_collector_that_is_away_and_what_is_lost_is_told() {
    let mut watched = Watched::new("info").await;
    let browser = watched.server.site().browser_of(&watched.teacher).await;
    watched.told_of(&["GET /teacher"]).await;
    watched.collector.kill();
    let lost = async {
        while !watched.server.log().contains("spans are lost") {
            let page = browser.get("/teacher").await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.told());
            tokio::time::sleep(PATIENCE).await;
        }
    };
    lost.await;
    watched.collector.start_again().await;
    browser.get("/profile").await;
    watched.told_of(&["GET /profile"]).await;
}

/// What must be found nowhere, each with what it is.
struct Canaries {
    surname: String,
    email: String,
    phone: String,
    wrong_password: String,
    password: String,
    file: String,
    asked: String,
    tokens: Vec<String>,
}

impl Canaries {
    fn all(&self) -> impl Iterator<Item = &String> {
        let texts = [
            &self.surname,
            &self.email,
            &self.phone,
            &self.wrong_password,
            &self.password,
            &self.file,
            &self.asked,
        ];
        texts.into_iter().chain(&self.tokens)
    }

    fn found_in<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a String> {
        self.all()
            .filter(move |canary| text.contains(canary.as_str()))
    }
}

/// The token of the link in a letter that leads there.
fn token(letter: &str, path: &str) -> String {
    let after = letter.split_once(path).unwrap().1;
    after.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_83_no_canary_is_in_logs_telemetry_redis_or_the_log_of_postgres() {
    let watched = Watched::new("debug").await;
    let site = watched.server.site();
    let number = unique("");
    let digits: String = number
        .bytes()
        .map(|byte| char::from(b'0' + byte % 10))
        .collect();
    let letters: String = number
        .bytes()
        .map(|byte| char::from(b'a' + byte % 26))
        .collect();
    let russian: String = number
        .bytes()
        .filter_map(|byte| char::from_u32(u32::from('а') + u32::from(byte) % 26))
        .collect();
    let mut canaries = Canaries {
        surname: format!("Канарейкина{russian}"),
        email: format!("canary.{letters}@example.org"),
        phone: format!("+79{}", &digits[..9]),
        wrong_password: format!("не та песня {letters}"),
        password: format!("песня канарейки {letters}"),
        file: format!("документ канарейки {letters}"),
        asked: format!("вопрос-канарейки-{letters}"),
        tokens: Vec::new(),
    };
    let browser = site.browser_of(&watched.teacher).await;

    // A wrong password, a question in an address, a page that is not there.
    let stranger = site.browser();
    let page = stranger.get("/login").await;
    let typed = [
        ("Имя пользователя", watched.teacher.login.as_str()),
        ("Пароль", canaries.wrong_password.as_str()),
    ];
    let refused = stranger.submit(&page, "Войти", &typed).await;
    assert_ne!(refused.status, StatusCode::SEE_OTHER);
    let nowhere = browser
        .get(&format!("/нет/{0}?q={0}", canaries.asked))
        .await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);

    // Who the teacher is, and an address that is confirmed by a link.
    let page = browser.get("/profile?edit=1").await;
    let typed = [
        ("Фамилия", canaries.surname.as_str()),
        ("Адрес электронной почты", canaries.email.as_str()),
        ("Номер телефона (сотовый)", canaries.phone.as_str()),
    ];
    let saved = browser.submit(&page, "Сохранить", &typed).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.told());
    let link = "/email/confirm/";
    let confirm = token(&watched.letter_with(link).await, link);
    let page = browser.get(&format!("{link}{confirm}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    let form = page
        .forms()
        .into_iter()
        .find(|form| form.action.starts_with(link));
    let confirmed = browser.send(&form.unwrap(), &[]).await;
    assert!(!confirmed.status.is_server_error(), "{}", confirmed.told());
    canaries.tokens.push(confirm);

    // The application, after a file that is refused.
    let application = watched.town.ready(&watched.teacher).await;
    let page = browser.get(&watched.submitting(&application).await).await;
    let form = page.form("Подать заявление");
    let name = format!("{}.exe", canaries.file);
    let files = [("scan".to_owned(), name, b"MZ".to_vec())];
    let refused = browser.upload(&form.action, &form.fields, &files).await;
    assert_ne!(refused.status, StatusCode::SEE_OTHER, "{}", refused.told());
    let submitted = watched.submit(&browser, &application).await;
    assert_eq!(
        submitted.status,
        StatusCode::SEE_OTHER,
        "{}",
        submitted.told()
    );
    let desk = site.browser_of(&watched.coordinator).await;
    let list = desk.get("/municipal/applications").await;
    assert!(list.body.contains(&canaries.surname), "{}", list.told());
    desk.get(&format!("/municipal/applications?q={}", canaries.surname))
        .await;
    desk.get(&format!(
        "/municipal/applications/{}",
        application.public_id
    ))
    .await;

    // A password of one's own, by a link.
    let page = stranger.get("/password/forgot").await;
    let typed = [("Введите логин", watched.teacher.login.as_str())];
    let form = page
        .forms()
        .into_iter()
        .find(|form| form.action == "/password/forgot");
    let button = form.unwrap().buttons.remove(0);
    stranger.submit(&page, &button, &typed).await;
    let link = "/password/reset/";
    let reset = token(&watched.letter_with(link).await, link);
    let page = stranger.get(&format!("{link}{reset}")).await;
    let typed = [
        ("Новый пароль", canaries.password.as_str()),
        ("Подтверждение пароля", canaries.password.as_str()),
    ];
    let changed = stranger.submit(&page, "Сохранить", &typed).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.told());
    canaries.tokens.push(reset);

    // What was told up to the last step has come.
    let route = format!("{link}{{token}}");
    let last = format!("POST {route}");
    watched.told_of(&["letter submitted", &last]).await;
    watched.both_counted(&route).await;
    let subjects = watched
        .worker
        .letters()
        .into_iter()
        .map(|(subject, _)| subject);
    let places = [
        ("subjects of letters", subjects.collect()),
        ("the server's log", watched.server.log()),
        ("the worker's log", watched.worker.log()),
        ("traces", watched.collector.traces()),
        ("metrics", watched.collector.metrics().concat()),
        ("Redis", redis_dump().await),
        ("the log of Postgres", postgres_log(&watched.world).await),
    ];
    for (place, text) in &places {
        assert!(!text.is_empty(), "{place} is empty");
        let found: Vec<_> = canaries.found_in(text).collect();
        assert_eq!(found, Vec::<&String>::new(), "in {place}");
    }
    println!(
        "SEC-83: {} canaries in none of {} places",
        canaries.all().count(),
        places.len()
    );
}

/// Every key and value there is, sessions included: they hold a login, ids, the name of the place
/// and tokens of forms, which are allowed there, and none of the canaries.
async fn redis_dump() -> String {
    let dump: String = in_redis()
        .await
        .into_iter()
        .map(|(key, values)| format!("{key}\n{values}\n"))
        .collect();
    assert!(dump.contains("signed"), "no session is in what was read");
    dump
}

async fn postgres_log(world: &World) -> String {
    let mut superuser = world.superuser().await;
    superuser.value("SELECT pg_read_file('log')").await.unwrap()
}

//! Every form the pages show, walked from the cabinets' first pages: no input whatever makes
//! a server error, without the session's token nothing is done (SEC-30), and no page has anything
//! in it that its policy would not let run (SEC-32).

use std::collections::{BTreeMap, BTreeSet};

use domain::role::Role;
use futures::StreamExt as _;
use reqwest::{Method, StatusCode};
use tests::{Browser, Form, Page, Person, Session, Site, World};
use uuid::Uuid;

use crate::{
    pages::token,
    seed::{Full, full},
};

/// A form with who sees it.
pub struct Shown {
    pub role: Option<Role>,
    /// Its address without ids.
    pub path: String,
    pub browser: Browser,
    pub form: Form,
}

impl Shown {
    /// Sends it with these fields, as a form with or without files. Each time as a page shown
    /// anew: what was sent before is another form (SEC-71).
    pub async fn send(&self, fields: &[(String, String)]) -> Page {
        let form = Form {
            fields: fields.to_vec(),
            ..self.form.clone()
        };
        if form.post {
            return self.browser.send(&form.anew(), &[]).await;
        }
        let path = form.action.split('?').next().unwrap_or_default();
        let url = reqwest::Url::parse_with_params("http://localhost", fields).unwrap();
        let query = url.query().unwrap_or_default();
        self.browser.get(&format!("{path}?{query}")).await
    }

    /// The token of the session it was shown in.
    fn token(&self) -> Option<&str> {
        let mut fields = self.form.fields.iter();
        let field = fields.find(|(name, _)| name == "_csrf");
        field.map(|(_, token)| token.as_str())
    }

    /// Its fields with another token, where the page has its own: a form with files is refused if
    /// the token does not come first.
    fn under(&self, token: &str) -> Vec<(String, String)> {
        let mut fields = self.form.fields.clone();
        for (name, value) in &mut fields {
            if name == "_csrf" {
                token.clone_into(value);
            }
        }
        fields
    }

    /// Asks for the address it is posted to, with its fields in the question: what a link could do.
    async fn ask(&self) -> Page {
        let site = reqwest::Url::parse("http://localhost").unwrap();
        let mut url = site.join(&self.form.action).unwrap();
        url.query_pairs_mut().extend_pairs(&self.form.fields);
        let query = url.query().unwrap_or_default();
        self.browser.get(&format!("{}?{query}", url.path())).await
    }

    /// The fields as the page has them, one changed.
    pub fn with(&self, name: &str, value: &str) -> Vec<(String, String)> {
        let others = self.form.fields.iter().filter(|(known, _)| known != name);
        let mut fields: Vec<_> = others.cloned().collect();
        fields.push((name.to_owned(), value.to_owned()));
        fields
    }

    /// The fields a person can fill in.
    fn names(&self) -> BTreeSet<String> {
        let names = self.form.names.iter().cloned();
        names
            .filter(|name| {
                !["_csrf", "_once"].contains(&name.as_str()) && !self.form.files.contains(name)
            })
            .collect()
    }
}

/// What makes two forms the same one on two rows: who sees it, its address without ids, its
/// fields.
type Shape = (Option<Role>, String, BTreeSet<String>);

fn shape(role: Option<Role>, form: &Form) -> Shape {
    let path = form.action.split('?').next().unwrap_or_default();
    let part = |part: &str| match Uuid::parse_str(part) {
        Ok(_) => "{id}".to_owned(),
        Err(_) => part.to_owned(),
    };
    let parts: Vec<String> = path.split('/').map(part).collect();
    (role, parts.join("/"), form.names.iter().cloned().collect())
}

/// A municipality in many states with everybody in it, so that every form is to be seen.
pub async fn everybody(world: &World) -> Vec<Person> {
    let town = full(world).await;
    let Full { town: here, .. } = &town;
    let fresh = here.teacher().await;
    let ready = here.teacher().await;
    here.ready(&ready).await;
    let submitted = here.teacher().await;
    here.applied(&submitted).await;
    let leaving = here.teacher().await;
    let application = here.submitted(&leaving).await;
    let version = application.version(here).await;
    world
        .app()
        .form_withdrawal(&leaving, application.public_id, version, "болезнью")
        .await
        .unwrap();
    here.submitted_by(&here.teacher().await, "simplified").await;
    here.registered(&here.teacher().await, &town.coordinator)
        .await;
    let (operator, admin) = (world.operator().await, world.admin().await);
    let Full {
        teacher,
        school,
        coordinator,
        expert,
        ..
    } = town;
    vec![
        teacher,
        school,
        coordinator,
        expert,
        operator,
        admin,
        fresh,
        ready,
        submitted,
        leaving,
    ]
}

/// Every page a person comes to by links, from its cabinet's first.
pub async fn walk(browser: &Browser, home: &str) -> Vec<Page> {
    const ELSEWHERE: [&str; 9] = [
        "/assets",
        "/documents",
        "/orders",
        "/printouts",
        "/results",
        "/schedules",
        "/logout",
        "/help",
        "/login",
    ];
    // The same list in another order, narrowed or as a file.
    const SAME: [&str; 5] = ["sort=", "format=", "since=", "expert=", "municipality="];
    let mut seen = BTreeSet::from([home.to_owned(), "/profile".to_owned()]);
    let mut waiting: Vec<String> = seen.iter().cloned().collect();
    let mut pages = Vec::new();
    while let Some(path) = waiting.pop() {
        let page = browser.get(&path).await;
        for link in page.links() {
            let skipped = ELSEWHERE.iter().any(|prefix| link.starts_with(prefix))
                || SAME.iter().any(|asked| link.contains(asked));
            if !skipped && !link.contains('#') && seen.len() < 80 && seen.insert(link.clone()) {
                waiting.push(link);
            }
        }
        pages.push(page);
    }
    pages
}

/// Every form there is, each shape once.
pub async fn shown(site: &Site, people: &[Person]) -> Vec<Shown> {
    let mut known: BTreeMap<Shape, Shown> = BTreeMap::new();
    let mut note = |role: Option<Role>, browser: &Browser, page: &Page| {
        let inline = page.inline();
        assert!(inline.is_empty(), "SEC-32: {} {inline:?}", page.path);
        for form in page.forms() {
            let shape = shape(role, &form);
            known.entry(shape.clone()).or_insert_with(|| Shown {
                role,
                path: shape.1,
                browser: browser.clone(),
                form,
            });
        }
    };
    for person in people {
        let browser = site.browser_of(person).await;
        for page in walk(&browser, person.role.home()).await {
            let fine = page.status.is_success() || page.status.is_redirection();
            assert!(fine, "{:?} came by a link to {}", person.role, page.told());
            note(Some(person.role), &browser, &page);
        }
    }
    let browser = site.browser();
    for path in [
        "/login",
        "/register",
        "/password/forgot",
        "/schedules",
        "/results",
    ] {
        note(None, &browser, &browser.get(path).await);
    }
    let mut shown: Vec<Shown> = known.into_values().collect();
    // Signing out, here or everywhere, would end the session of the others.
    shown.retain(|shown| !["/logout", "/profile/sessions"].contains(&shown.path.as_str()));
    assert!(shown.len() > 60, "only {} forms", shown.len());
    shown
}

/// What a field may be made to hold.
fn nonsense() -> Vec<(&'static str, String)> {
    let short = [
        ("nothing", ""),
        ("blanks", " \t\r\n "),
        ("a zero byte", "а\0б"),
        ("control characters", "\u{1}\u{7f}\u{202e}\u{feff}\u{2028}"),
        ("a negative number", "-1"),
        ("a number beyond all bounds", "99999999999999999999999"),
        ("just beyond an int", "2147483648"),
        ("a date there is not", "31.02.2026"),
        ("a date far away", "01.01.99999"),
        (
            "SQL, a pattern, markup and emoji, which are no number and no date",
            "'; DROP TABLE app.card; --%_\\%<script>alert(1)</script>👩‍🏫",
        ),
    ];
    let mut nonsense: Vec<_> = short.map(|(what, value)| (what, value.to_owned())).into();
    nonsense.push(("an unknown id", Uuid::now_v7().to_string()));
    nonsense.push(("too much", "ж".repeat(20_000)));
    nonsense
}

/// So many requests under way at once: one is worked on while another waits for the database.
const AT_ONCE: usize = 4;

/// What a person may fill in where: a field of one address is read by the same code, whatever other
/// fields stand beside it.
type Place = (Option<Role>, String, String);

/// What is sent by a form: every field of a place nobody tried yet with all that is nonsense, and
/// the form as a whole.
fn tries(shown: &Shown, tried: &mut BTreeSet<Place>) -> Vec<(String, Vec<(String, String)>)> {
    let mut tries = Vec::new();
    for name in shown.names() {
        if !tried.insert((shown.role, shown.path.clone(), name.clone())) {
            continue;
        }
        for (what, value) in nonsense() {
            // A longer address no browser would send.
            let most = if shown.form.post { value.len() } else { 1000 };
            let value: String = value.chars().take(most).collect();
            tries.push((format!("{name}: {what}"), shown.with(&name, &value)));
        }
    }
    let token = shown.form.fields.iter().filter(|(name, _)| name == "_csrf");
    tries.push(("nothing but the token".to_owned(), token.cloned().collect()));
    let twice = [&shown.form.fields[..], &shown.form.fields[..]].concat();
    tries.push(("every field twice".to_owned(), twice));
    tries
}

/// The addresses and names of a page's forms as they stand in it: pages with the same ones have the
/// same forms, and reading a page costs more than being answered it.
fn outline(body: &str) -> Vec<String> {
    let mut outline = Vec::new();
    for attribute in ["action=\"", "formaction=\"", " name=\""] {
        for rest in body.split(attribute).skip(1) {
            let value = rest.split('"').next().unwrap_or_default();
            let parts = value.split('?').next().unwrap_or_default().split('/');
            let parts = parts.map(|part| match Uuid::parse_str(part) {
                Ok(_) => "{id}",
                Err(_) => part,
            });
            outline.push(format!(
                "{attribute}{}",
                parts.collect::<Vec<_>>().join("/")
            ));
        }
    }
    outline.sort_unstable();
    outline.dedup();
    outline
}

fn answered(page: &Page) -> bool {
    page.status.is_client_error()
        || page.status.is_success()
        || page.status == StatusCode::SEE_OTHER
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_input_makes_a_server_error() {
    let world = World::own().await;
    let people = everybody(&world).await;
    let site = world.serve().await;
    let mut waiting = shown(&site, &people).await;
    let mut known: BTreeSet<Shape> = BTreeSet::new();
    let mut tried: BTreeSet<Place> = BTreeSet::new();
    let mut read: BTreeSet<(Option<Role>, Vec<String>)> = BTreeSet::new();
    let (mut faults, mut sent) = (BTreeSet::new(), 0);
    while let Some(shown) = waiting.pop() {
        if !known.insert(shape(shown.role, &shown.form)) {
            continue;
        }
        let sending = tries(&shown, &mut tried)
            .into_iter()
            .map(async |(what, fields)| {
                let page = shown.send(&fields).await;
                (what, fields, page)
            });
        let pages: Vec<_> = futures::stream::iter(sending)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for (what, fields, mut page) in pages {
            sent += 1;
            if !answered(&page) {
                // Several at once may be in each other's way, which is the races' promise: alone it
                // is the input.
                page = shown.send(&fields).await;
            }
            if !answered(&page) {
                faults.insert(format!(
                    "{:?} {} {what} → {}",
                    shown.role, shown.path, page.status
                ));
            }
            for tag in page.inline() {
                faults.insert(format!(
                    "SEC-32: {:?} {} {what} → {tag}",
                    shown.role, shown.path
                ));
            }
            if !read.insert((shown.role, outline(&page.body))) {
                continue;
            }
            // A form may lead to another one («Вы уверены?»).
            let next = page.forms().into_iter().map(|form| Shown {
                role: shown.role,
                path: shape(shown.role, &form).1,
                browser: shown.browser.clone(),
                form,
            });
            waiting.extend(next.filter(|next| {
                next.path != "/logout" && !known.contains(&shape(next.role, &next.form))
            }));
        }
    }
    println!(
        "SEC-30: {} forms, {sent} requests with nonsense",
        known.len()
    );
    println!("SEC-32: {sent} answers to forms with nothing to run in them");
    assert!(sent > 2000, "{sent} requests");
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What has been done in the whole region so far.
pub async fn done(sql: &mut Session) -> i64 {
    // Looking and being refused leave lines of their own.
    sql.value(
        "SELECT (SELECT count(*) FROM app.audit_event WHERE outcome = 'done' AND act !~ '[.](read|list|switch)$')
           + (SELECT count(*) FROM app.application_event)",
    )
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_30_without_the_sessions_token_nothing_is_done() {
    let world = World::own().await;
    let people = everybody(&world).await;
    let site = world.serve().await;
    let shown = shown(&site, &people).await;
    // Somebody of another municipality, whose own forms carry this token at this moment.
    let elsewhere = world.town().await.coordinator().await;
    let elsewhere = site.browser_of(&elsewhere).await;
    let foreign = token(&elsewhere, "/municipal").await;
    let mut sql = world.superuser().await;
    let before = done(&mut sql).await;
    let tokens: BTreeSet<&str> = shown.iter().filter_map(Shown::token).collect();
    let (mut faults, mut posted) = (BTreeSet::new(), 0);
    for shown in shown.iter().filter(|shown| shown.form.post) {
        let name =
            |what: &str, status| format!("{:?} {} {what} → {status}", shown.role, shown.path);
        posted += 1;
        let others = shown.form.fields.iter().filter(|(name, _)| name != "_csrf");
        let without: Vec<_> = others.cloned().collect();
        let mut others = tokens.iter().filter(|token| Some(**token) != shown.token());
        let neighbours = others.next().unwrap();
        for (what, fields) in [
            ("no token", without),
            ("a neighbour's token", shown.under(neighbours)),
            ("another municipality's token", shown.under(&foreign)),
        ] {
            let page = shown.send(&fields).await;
            // A form with files and no field at all is not a form.
            let empty = !shown.form.files.is_empty() && fields.is_empty();
            if page.status != StatusCode::FORBIDDEN && !(empty && page.status.is_client_error()) {
                faults.insert(name(what, page.status));
            }
        }
        for (what, header, value) in [
            ("another site's", "sec-fetch-site", "cross-site"),
            ("another origin's", "origin", "https://evil.example"),
        ] {
            let request = shown.browser.request(Method::POST, &shown.form.action);
            let request = request.header(header, value).form(&shown.form.fields);
            let status = request.send().await.unwrap().status();
            if status != StatusCode::FORBIDDEN {
                faults.insert(name(what, status));
            }
        }
        // As a link does: whatever comes of it, nothing is done.
        let page = shown.ask().await;
        if !answered(&page) {
            faults.insert(name("asked for by GET", page.status));
        }
        for (kind, body) in [
            ("text/plain", "x"),
            ("application/json", "{"),
            ("multipart/form-data; boundary=b", "--b\r\nx"),
            ("multipart/form-data", ""),
        ] {
            let request = shown.browser.request(Method::POST, &shown.form.action);
            let request = request.header("content-type", kind).body(body);
            let status = request.send().await.unwrap().status();
            if !status.is_client_error() {
                faults.insert(name(kind, status));
            }
        }
    }
    println!("SEC-30: {posted} forms without the token, with others' and by GET");
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(
        done(&mut sql).await,
        before,
        "something was done all the same"
    );
}

#[test]
fn sec_32_what_a_page_would_run_is_seen() {
    let page = |body: &str| Page {
        path: "/".to_owned(),
        status: StatusCode::OK,
        location: None,
        content_type: "text/html; charset=utf-8".to_owned(),
        headers: Vec::new(),
        body: body.to_owned(),
    };
    for body in [
        "<script>alert(1)</script>",
        "<p>1</p><SCRIPT type=\"module\">1</SCRIPT>",
        "<script src=\"https://evil.example/1.js\"></script>",
        "<style>p { color: red }</style>",
        "<p class=\"a\" style=\"color: red\">1</p>",
        "<img src=\"/assets/x.svg\" OnError=\"alert(1)\">",
        "<a href=\"javascript:alert(1)\">1</a>",
    ] {
        assert_eq!(page(body).inline().len(), 1, "{body}");
    }
    let fine = "<!DOCTYPE html><script src=\"/assets/app.js\" defer></script><style-guide>\
                <ol><option value=\"1 onclick= style=\">onclick=\"1\" style=\"1\" javascript:</option></ol>";
    assert_eq!(page(fine).inline(), Vec::<String>::new());
    let mut bytes = page("<script>alert(1)</script>");
    bytes.content_type = "application/pdf".to_owned();
    assert_eq!(bytes.inline(), Vec::<String>::new(), "no page");
}

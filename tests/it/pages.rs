//! The pages over HTTP, walked from the list of routes: whose page is whose (SEC-06), and
//! another municipality's object is answered like one that never was (SEC-05).

use std::collections::BTreeMap;

use domain::role::Role;
use reqwest::{Method, StatusCode};
use tests::{Browser, Page, Site, World};
use uuid::Uuid;

use crate::{
    routes::{Route, routes},
    seed::{Full, full},
};

/// Addresses outside the cabinets, each with who is let in. One that is not here fails.
const OUTSIDE: &[&str] = &[
    "/",
    "/assets/{*path}",
    "/cabinet",
    "/cabinet/choose",
    "/consent",
    "/consent/print",
    "/documents/{id}",
    "/documents/{id}/pages/{n}",
    "/email/confirm/{token}",
    "/forms",
    "/forms/{sample}",
    "/help",
    "/help/{role}",
    "/invitation/{token}",
    "/invitation/{token}/accept",
    "/login",
    "/login/code",
    "/login/passkey",
    "/login/passkey/begin",
    "/login/{provider}",
    "/login/{provider}/callback",
    "/login/{provider}/link",
    "/login/{provider}/register",
    "/logout",
    "/m/{slug}/login",
    "/m/{slug}/login/passkey",
    "/m/{slug}/register",
    "/orders/{id}",
    "/printouts/{id}",
    "/printouts/{id}/file",
    "/password/forgot",
    "/password/reset/{token}",
    "/profile",
    "/profile/close",
    "/profile/confirm",
    "/profile/data",
    "/profile/consent",
    "/profile/factor",
    "/profile/factor/begin",
    "/profile/factor/off",
    "/profile/identities",
    "/profile/identities/unlink",
    "/profile/letters",
    "/profile/passkeys",
    "/profile/passkeys/begin",
    "/profile/passkeys/remove",
    "/profile/password",
    "/profile/sessions",
    "/profile/transfer",
    "/profile/transfer/cancel",
    "/profile/views",
    "/register",
    "/registration/delete/{token}",
    "/results",
    "/schedules",
    "/schedules/signed/{id}",
    "/uploads",
    "/uploads/{id}",
    "/uploads/{id}/cancel",
];

pub fn section_of(role: Role) -> &'static str {
    role.home().trim_start_matches('/')
}

/// A browser in every role of one municipality, and nobody's.
pub struct Visitors {
    pub people: Vec<(Option<Role>, Browser)>,
}

impl Visitors {
    pub async fn of(site: &Site, world: &World, town: &Full) -> Self {
        let mut people = vec![(None, site.browser())];
        let (operator, admin) = (world.operator().await, world.admin().await);
        for person in [
            &town.teacher,
            &town.school,
            &town.coordinator,
            &town.expert,
            &operator,
            &admin,
        ] {
            people.push((Some(person.role), site.browser_of(person).await));
        }
        Self { people }
    }
}

/// Gives the documents of the seed bytes to open.
pub async fn with_bytes(world: &World, town: &Full) {
    let pdf = futures::stream::iter([Ok::<_, std::io::Error>("%PDF-1.7\n".into())]);
    let received = world
        .app()
        .receive("files", town.town.id, "документ.pdf", pdf)
        .await
        .unwrap();
    let update = format!(
        "UPDATE app.file SET s3_key = '{}', size = {} WHERE tenant_id = {}",
        received.key, received.size, town.town.id
    );
    let mut sql = world.superuser().await;
    sql.run(&update).await.unwrap();
    let pdf = futures::stream::iter([Ok::<_, std::io::Error>("%PDF-1.7\n".into())]);
    let received = world
        .app()
        .receive("files", town.town.id, "распоряжение.pdf", pdf)
        .await
        .unwrap();
    let update = format!(
        "UPDATE app.order SET s3_key = '{}' WHERE id IN (SELECT order_id FROM app.decision WHERE tenant_id = {})",
        received.key, town.town.id
    );
    sql.run(&update).await.unwrap();
    let pdf = futures::stream::iter([Ok::<_, std::io::Error>("%PDF-1.7\n".into())]);
    let received = world
        .app()
        .receive("files", town.town.id, "график.pdf", pdf)
        .await
        .unwrap();
    let update = format!(
        "UPDATE app.municipal_schedule SET s3_key = '{}' WHERE tenant_id = {}",
        received.key, town.town.id
    );
    sql.run(&update).await.unwrap();
}

/// The token of the session's forms, from the page every cabinet begins with.
pub async fn token(browser: &Browser, home: &str) -> String {
    let page = browser.get(home).await;
    let forms = page.forms();
    let field = forms
        .iter()
        .flat_map(|form| &form.fields)
        .find(|(name, _)| name == "_csrf");
    field
        .unwrap_or_else(|| panic!("no form: {}", page.told()))
        .1
        .clone()
}

/// The object an address of this kind is about, in a municipality.
pub async fn object(world: &World, town: &Full, route: &Route) -> String {
    let tenant = town.town.id;
    if route.path.starts_with("/admin/municipalities/") {
        return town.town.public_id().await.to_string();
    }
    if route.path.contains("/orders/") {
        let order = "SELECT o.public_id FROM app.order o JOIN app.decision d ON d.order_id = o.id WHERE d.tenant_id =";
        let id: Uuid = world
            .superuser()
            .await
            .value(&format!("{order} {tenant} LIMIT 1"))
            .await
            .unwrap();
        return id.to_string();
    }
    if route.path.contains("/periods/") {
        let period = "SELECT p.public_id FROM app.period p JOIN app.municipal_schedule s ON s.period_id = p.id WHERE s.tenant_id =";
        let id: Uuid = world
            .superuser()
            .await
            .value(&format!("{period} {tenant} LIMIT 1"))
            .await
            .unwrap();
        return id.to_string();
    }
    if route.path.contains("/views/") {
        let account = town.coordinator.account.0;
        let view = format!("SELECT public_id FROM app.saved_view WHERE account_id = {account}");
        let ids: Vec<Uuid> = world.superuser().await.list(&view).await;
        let id = ids.first().copied();
        return id.unwrap_or_else(Uuid::now_v7).to_string();
    }
    if route.path.starts_with("/uploads/") {
        let account = town.teacher.account.0;
        let upload = format!("SELECT public_id FROM app.upload WHERE account_id = {account}");
        let id: Uuid = world.superuser().await.value(&upload).await.unwrap();
        return id.to_string();
    }
    let table = match route.path.as_str() {
        path if path.contains("/organisations/requests/") => "organisation_request",
        path if path.contains("/organisations/") => "organisation",
        path if path.contains("/invitations/") => "invitation",
        path if path.contains("/transfers/") => "transfer",
        path if path.contains("/registers/") => "handover",
        path if path.contains("/people/") || path.contains("/experts/") => "membership",
        path if path.starts_with("/admin/municipalities/") => "municipality",
        path if path.starts_with("/documents/") => "file",
        path if path.starts_with("/printouts/") => "printout",
        path if path.contains("/detach") => "attachment",
        path if path.starts_with("/schedules/signed/") => "municipal_schedule",
        _ => "application",
    };
    let whose = match table {
        "municipality" => "id",
        "printout" => "municipality_id",
        _ => "tenant_id",
    };
    let id: Uuid = world
        .superuser()
        .await
        .value(&format!(
            "SELECT public_id FROM app.{table} WHERE {whose} = {tenant} ORDER BY id LIMIT 1"
        ))
        .await
        .unwrap();
    id.to_string()
}

/// An answer with its headers, without what differs by design: the ids asked for, the
/// session's token and the numbers of forms.
fn bare(page: &Page, id: &str, token: &str) -> (StatusCode, String, String) {
    let strip = |text: &str| text.replace(id, "ID").replace(token, "TOKEN");
    let mut body = strip(&page.body);
    for form in page.forms() {
        for (_, number) in form.fields.iter().filter(|(name, _)| name == "_once") {
            body = body.replace(number, "NUMBER");
        }
    }
    let shown = |(name, value): &(String, String)| match name.as_str() {
        "date" | "set-cookie" => format!("{name}\n"),
        _ => format!("{name}: {}\n", strip(value)),
    };
    (page.status, body, page.headers.iter().map(shown).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_05_another_municipalitys_object_is_like_none() {
    let world = World::shared().await;
    let (own, foreign) = (full(&world).await, full(&world).await);
    with_bytes(&world, &own).await;
    with_bytes(&world, &foreign).await;
    let site = world.serve().await;
    let visitors = Visitors::of(&site, &world, &own).await;
    let routes = routes();
    let mut faults = Vec::new();
    let mut asked = 0;
    for route in routes.iter().filter(|route| route.path.contains("{id}")) {
        let (own_id, foreign_id) = (
            object(&world, &own, route).await,
            object(&world, &foreign, route).await,
        );
        let random = Uuid::now_v7().to_string();
        for (role, browser) in &visitors.people {
            let Some(role) = role else { continue };
            // Administrators see no documents.
            let theirs = route.section() == section_of(*role)
                || (["documents", "orders", "uploads"].contains(&route.section())
                    && *role != Role::Admin)
                || (route.section() == "schedules"
                    && [Role::Municipal, Role::Operator].contains(role))
                // Everybody has the own consents printed.
                || route.section() == "printouts";
            let token = token(browser, role.home()).await;
            for post in [false, true] {
                if (post && !route.post) || (!post && !route.get) {
                    continue;
                }
                let mut answers = BTreeMap::new();
                for (whose, id) in [
                    ("own", &own_id),
                    ("foreign", &foreign_id),
                    ("random", &random),
                    ("garbage", &"1' OR 1".to_owned()),
                ] {
                    let path = route.with(&id.replace(' ', "%20"));
                    // What is not the other municipality's business is not done to its own either.
                    if whose == "own" && post {
                        continue;
                    }
                    let page = if post {
                        press(browser, &path, &[("_csrf".to_owned(), token.clone())]).await
                    } else {
                        browser.get(&path).await
                    };
                    asked += 1;
                    if page.status.is_server_error() {
                        faults.push(format!("{role:?} {whose}: {}", page.told()));
                    }
                    answers.insert(whose, bare(&page, id, &token));
                }
                let what = format!(
                    "{role:?} {} {}",
                    if post { "POST" } else { "GET" },
                    route.path
                );
                if !theirs {
                    let forbidden =
                        |(status, ..): &(StatusCode, _, _)| *status == StatusCode::FORBIDDEN;
                    if !answers.values().all(forbidden) {
                        let statuses: Vec<_> = answers
                            .iter()
                            .map(|(whose, (status, ..))| (whose, status))
                            .collect();
                        faults.push(format!("{what}: another role's, not 403: {statuses:?}"));
                    }
                    continue;
                }
                // The institute works in every municipality: none is foreign to it.
                if !role.is_institute() && answers["foreign"] != answers["random"] {
                    faults.push(format!(
                        "{what}: {:?} for a foreign id, {:?} for an unknown one",
                        answers["foreign"].0, answers["random"].0
                    ));
                }
                for whose in ["random", "garbage"] {
                    // What was typed may be judged before anything is looked up.
                    let judged = post && answers[whose].0 == StatusCode::UNPROCESSABLE_ENTITY;
                    if answers[whose].0 != StatusCode::NOT_FOUND && !judged {
                        faults.push(format!("{what}: {:?} for a {whose} id", answers[whose].0));
                    }
                }
            }
        }
    }
    println!("SEC-05: {asked} requests");
    assert!(asked > 400, "{asked}");
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Posts fields with the token first, with files or without as the page wants it.
pub async fn press(browser: &Browser, path: &str, fields: &[(String, String)]) -> Page {
    let page = browser.post(path, fields).await;
    if page.status == StatusCode::FORBIDDEN && page.heading() == "Страница устарела"
    {
        return browser.upload(path, fields, &[]).await;
    }
    // A piece of a file has no fields.
    if page.status == StatusCode::FORBIDDEN && path.starts_with("/uploads/") {
        return browser.piece(path, &fields[0].1, b"").await;
    }
    page
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_06_every_route_knows_whose_it_is() {
    let world = World::shared().await;
    let own = full(&world).await;
    let site = world.serve().await;
    let visitors = Visitors::of(&site, &world, &own).await;
    let mut faults = Vec::new();
    let mut asked = 0;
    let sections: Vec<&str> = Role::ALL.into_iter().map(section_of).collect();
    let routes = routes();
    for route in &routes {
        if !sections.contains(&route.section()) {
            if !OUTSIDE.contains(&route.path.as_str()) {
                faults.push(format!("{} is in no list: whose is it?", route.path));
            }
            continue;
        }
        let path = route.with(&object(&world, &own, route).await);
        for (role, browser) in &visitors.people {
            if role.is_some_and(|role| section_of(role) == route.section()) {
                continue;
            }
            let mut answers = Vec::new();
            if route.get {
                answers.push(browser.get(&path).await);
            }
            if route.post {
                answers.push(browser.post(&path, &[]).await);
            }
            for method in [Method::PUT, Method::PATCH, Method::DELETE] {
                let status = browser.request(method.clone(), &path).send().await;
                let status = status.unwrap().status();
                asked += 1;
                if status != StatusCode::NOT_FOUND {
                    faults.push(format!("{role:?} {method} {path}: {status}"));
                }
            }
            for page in answers {
                asked += 1;
                let expected = match role {
                    None => {
                        page.status == StatusCode::SEE_OTHER
                            && page
                                .location
                                .as_deref()
                                .is_some_and(|to| to.starts_with("/login"))
                    }
                    Some(_) => {
                        page.status == StatusCode::FORBIDDEN && page.heading() == "Нет доступа"
                    }
                };
                if !expected {
                    faults.push(format!("{role:?}: {}", page.told()));
                }
            }
        }
    }
    println!(
        "SEC-06: {} routes, {asked} requests of other roles",
        routes.len()
    );
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_74_files_above_the_hours_limit_are_refused() {
    let world = World::shared().await;
    let own = full(&world).await;
    let site = world.serve_with_uploads(1).await;
    let browser = site.browser_of(&own.teacher).await;
    let token = token(&browser, "/teacher").await;
    let fields = [
        ("_csrf".to_owned(), token),
        ("_once".to_owned(), String::new()),
    ];
    let file = [(
        "files".to_owned(),
        "документ.pdf".to_owned(),
        b"%PDF-1.7\n".to_vec(),
    )];
    let path = "/teacher/application/documents";
    let first = browser.upload(path, &fields, &file).await;
    assert_ne!(first.status, StatusCode::TOO_MANY_REQUESTS);
    let second = browser.upload(path, &fields, &file).await;
    assert_eq!(
        second.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{}",
        second.told()
    );
}

/// Bytes the store does not have are a page in words, and nobody has seen them (R-AUD-1).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_aud_1_a_lost_object_is_not_noted_as_seen() {
    let world = World::shared().await;
    let own = full(&world).await;
    let site = world.serve().await;
    let browser = site.browser_of(&own.coordinator).await;
    let mut sql = world.superuser().await;
    let tenant = own.town.id;
    let id: Uuid = sql
        .value(&format!(
            "SELECT public_id FROM app.file WHERE tenant_id = {tenant}"
        ))
        .await
        .unwrap();
    let views = format!("SELECT count(*) FROM app.document_view WHERE tenant_id = {tenant}");
    let before: i64 = sql.value(&views).await.unwrap();
    let page = browser.get(&format!("/documents/{id}")).await;
    assert_eq!(
        page.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        page.told()
    );
    assert_eq!(page.heading(), "Служба временно недоступна");
    assert_eq!(sql.value(&views).await, Ok(before));
    with_bytes(&world, &own).await;
    let page = browser.get(&format!("/documents/{id}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    assert_eq!(sql.value(&views).await, Ok(before + 1));
}

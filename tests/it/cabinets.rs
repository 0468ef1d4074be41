//! Cabinets over HTTP: changing between two (SEC-13), ending under an open session (SEC-14),
//! reaching above one's own role (SEC-15), whose phone and address a page tells (SEC-16).

use std::collections::BTreeSet;

use domain::role::Role;
use reqwest::{Client, Method, StatusCode, header, redirect};
use tests::{Browser, Page, Person, Site, Town, World, world::PASSWORD};
use uuid::Uuid;

use crate::{pages::object, routes::routes, seed::full};

/// Signs a person of several cabinets in; «Выберите кабинет» is what it sees then.
pub async fn signed_in(site: &Site, person: &Person) -> Browser {
    person.ready_to_sign_in().await;
    let browser = site.browser();
    let login = browser.get("/login").await;
    let typed = [
        ("Имя пользователя", person.login.as_str()),
        ("Пароль", PASSWORD),
    ];
    let entered = browser.submit(&login, "Войти", &typed).await;
    let choose = browser.follow(entered).await;
    assert_eq!(choose.path, "/cabinet/choose", "{}", choose.told());
    browser
}

/// What the button of a cabinet says.
pub fn label(role: Role, title: &str) -> String {
    format!("{}: {title}", role.name())
}

/// Opens one of the cabinets; its first page.
pub async fn open(browser: &Browser, role: Role, title: &str) -> Page {
    let choose = browser.get("/cabinet/choose").await;
    let opened = browser.submit(&choose, &label(role, title), &[]).await;
    let home = browser.follow(opened).await;
    assert_eq!(home.path, role.home(), "{}", home.told());
    home
}

fn token(page: &Page) -> String {
    let forms = page.forms();
    let mut fields = forms.iter().flat_map(|form| &form.fields);
    let token = fields.find(|(name, _)| name == "_csrf");
    token
        .unwrap_or_else(|| panic!("no form: {}", page.told()))
        .1
        .clone()
}

async fn organisations(world: &World, name: &str) -> i64 {
    let query = format!("SELECT count(*) FROM app.organisation WHERE name = '{name}'");
    world.superuser().await.value(&query).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_13_a_form_of_the_cabinet_left_does_nothing() {
    let world = World::shared().await;
    let (a, b) = (world.town().await, world.town().await);
    let person = a.coordinator().await;
    b.also(&person, Role::Municipal, None).await;
    let place = b.organisation("municipal").await;
    b.also(&person, Role::Teacher, Some(place)).await;
    let site = world.serve().await;
    let browser = signed_in(&site, &person).await;
    // The session's id and token change with the cabinet; the old id is nobody's.
    let mut sessions = BTreeSet::new();
    let mut tokens = BTreeSet::new();
    for town in [&a, &b] {
        let choose = browser.get("/cabinet/choose").await;
        tokens.insert(token(&choose));
        let form = choose.form(&label(Role::Municipal, &town.name));
        let request = browser
            .request(Method::POST, &form.action)
            .form(&form.fields);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer
            .headers()
            .get(header::SET_COOKIE)
            .unwrap()
            .to_str()
            .unwrap();
        sessions.insert(cookie.split(';').next().unwrap().to_owned());
    }
    tokens.insert(token(&browser.get("/cabinet/choose").await));
    assert_eq!((sessions.len(), tokens.len()), (2, 3));
    let mut alive = 0;
    for cookie in &sessions {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        let url = browser
            .request(Method::GET, "/municipal")
            .build()
            .unwrap()
            .url()
            .clone();
        let answer = client
            .get(url)
            .header(header::COOKIE, cookie)
            .send()
            .await
            .unwrap();
        alive += u32::from(answer.status() == StatusCode::OK);
    }
    assert_eq!(alive, 1, "the session before the change still lives");

    let path = "/municipal/organisations/new";
    let name = format!("Школа {}", Uuid::now_v7());
    open(&browser, Role::Municipal, &a.name).await;
    let form = browser.get(path).await;
    let typed = [("Название", name.as_str())];
    for (role, town) in [(Role::Municipal, &b), (Role::Teacher, &b)] {
        open(&browser, role, &town.name).await;
        let refused = browser.submit(&form, "Сохранить", &typed).await;
        assert_eq!(
            refused.status,
            StatusCode::CONFLICT,
            "{role:?}: {}",
            refused.told()
        );
        assert!(
            refused.body.contains("Вы сменили кабинет"),
            "{}",
            refused.told()
        );
    }
    // With files as well: unread.
    let fields = [("_csrf".to_owned(), token(&form))];
    let upload = browser
        .upload("/teacher/application/documents", &fields, &[])
        .await;
    assert_eq!(upload.status, StatusCode::CONFLICT, "{}", upload.told());
    assert_eq!(organisations(&world, &name).await, 0);
    // Back in the cabinet a new page does it.
    open(&browser, Role::Municipal, &a.name).await;
    let form = browser.get(path).await;
    let kind = form.form("Сохранить").names;
    assert!(kind.contains(&"kind".to_owned()), "{kind:?}");
    let mut fields = form.form("Сохранить").fields;
    fields.retain(|(field, _)| field != "name" && field != "kind");
    fields.push(("name".to_owned(), name.clone()));
    fields.push(("kind".to_owned(), "obshchee".to_owned()));
    let done = browser.post(path, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    assert_eq!(organisations(&world, &name).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_14_what_is_ended_is_closed_with_the_next_request() {
    let world = World::shared().await;
    let site = world.serve().await;
    let routes = routes();
    let (mut faults, mut asked) = (Vec::new(), 0);
    for (how, statement) in [
        (
            "ended",
            "UPDATE app.{table} SET ended_at = now() WHERE id = {membership}",
        ),
        (
            "blocked",
            "UPDATE app.account SET status = 'blocked' WHERE id = {account}",
        ),
        (
            "epoch",
            "UPDATE app.account SET epoch = epoch + 1 WHERE id = {account}",
        ),
    ] {
        let town = world.town().await;
        let teacher = town.teacher().await;
        let people = [
            town.school(teacher.organisation.unwrap()).await,
            town.coordinator().await,
            town.expert().await,
            world.operator().await,
            world.admin().await,
            teacher,
        ];
        for person in &people {
            let browser = site.browser_of(person).await;
            let home = browser.get(person.role.home()).await;
            let token = token(&home);
            let table = if person.role.is_institute() {
                "institute_member"
            } else {
                "membership"
            };
            let statement = statement
                .replace("{table}", table)
                .replace("{membership}", &person.membership.to_string())
                .replace("{account}", &person.account.0.to_string());
            assert_eq!(
                world.superuser().await.run(&statement).await,
                Ok(1),
                "{how}"
            );
            let section = person.role.home().trim_start_matches('/');
            let fields = [("_csrf".to_owned(), token)];
            for route in routes.iter().filter(|route| route.section() == section) {
                let path = route.with(&Uuid::now_v7().to_string());
                let mut answers = Vec::new();
                if route.get {
                    answers.push(browser.get(&path).await);
                }
                if route.post {
                    answers.push(browser.post(&path, &fields).await);
                }
                for page in answers {
                    asked += 1;
                    if ![StatusCode::SEE_OTHER, StatusCode::FORBIDDEN].contains(&page.status) {
                        faults.push(format!("{how} {:?}: {}", person.role, page.told()));
                    }
                }
            }
        }
    }
    println!("SEC-14: {asked} requests of closed cabinets");
    assert!(asked > 200, "{asked}");
    assert!(faults.is_empty(), "{faults:#?}");
}

async fn rows(world: &World, towns: &[&Town], table: &str) -> i64 {
    let ids: Vec<String> = towns.iter().map(|town| town.id.to_string()).collect();
    let query = format!(
        "SELECT count(*) FROM app.{table} WHERE tenant_id IN ({})",
        ids.join(", ")
    );
    world.superuser().await.value(&query).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_15_nobody_raises_itself_or_others_above_its_own() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let theirs = elsewhere.organisation("municipal").await;
    let ids = async |table: &str, condition: String| -> Uuid {
        let query = format!("SELECT public_id FROM app.{table} WHERE {condition}");
        world.superuser().await.value(&query).await.unwrap()
    };
    let organisation = ids("organisation", format!("id = {theirs}")).await;
    let municipality = ids("municipality", format!("id = {}", elsewhere.id)).await;
    let own = ids("membership", format!("id = {}", coordinator.membership)).await;
    let site = world.serve().await;
    let browser = site.browser_of(&coordinator).await;
    let token = token(&browser.get("/municipal/invitations").await);
    let towns = [&town, &elsewhere];
    let before = (
        rows(&world, &towns, "invitation").await,
        rows(&world, &towns, "membership").await,
    );
    let invite = |role: &str, organisation: &str| {
        let mail = format!("{}@example.test", coordinator.login);
        [
            ("email", mail.as_str()),
            ("role", role),
            ("organisation", organisation),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    };
    let mut forged = Vec::new();
    for role in [
        "municipal",
        "operator",
        "admin",
        "teacher",
        "attest_admin",
        "",
    ] {
        forged.push(("/municipal/invitations".to_owned(), invite(role, "")));
    }
    let foreign = organisation.to_string();
    forged.push((
        "/municipal/invitations".to_owned(),
        invite("school", &foreign),
    ));
    let mut into = invite("municipal", "");
    into.push(("municipality".to_owned(), municipality.to_string()));
    forged.push(("/municipal/invitations".to_owned(), into.clone()));
    forged.push(("/operator/people".to_owned(), into));
    forged.push((format!("/admin/operators/{own}/end"), Vec::new()));
    for (path, mut fields) in forged {
        fields.push(("_csrf".to_owned(), token.clone()));
        let page = browser.post(&path, &fields).await;
        let refused = [StatusCode::FORBIDDEN, StatusCode::UNPROCESSABLE_ENTITY];
        assert!(
            refused.contains(&page.status),
            "{fields:?}: {}",
            page.told()
        );
    }
    // The own role and place cannot be typed into the profile either.
    let mut profile = browser
        .get("/profile?edit=1")
        .await
        .form("Сохранить")
        .fields;
    for (name, value) in [
        ("role", "operator".to_owned()),
        ("tenant_id", elsewhere.id.to_string()),
        ("municipality", municipality.to_string()),
        ("organisation", organisation.to_string()),
    ] {
        profile.retain(|(known, _)| known != name);
        profile.push((name.to_owned(), value));
    }
    browser.post("/profile", &profile).await;
    let kept: bool = world
        .superuser()
        .await
        .value(&format!(
            "SELECT role = 'municipal' AND tenant_id = {} AND organisation_id IS NULL AND ended_at IS NULL \
             FROM app.membership WHERE id = {}",
            town.id, coordinator.membership
        ))
        .await
        .unwrap();
    assert!(kept, "the cabinet changed");
    let after = (
        rows(&world, &towns, "invitation").await,
        rows(&world, &towns, "membership").await,
    );
    assert_eq!(before, after);
    // A forged municipality beside a role that may be invited stays without effect.
    let mut into = invite("expert", "");
    into.push(("municipality".to_owned(), municipality.to_string()));
    into.push(("_csrf".to_owned(), token));
    let invited = browser.post("/municipal/invitations", &into).await;
    assert_eq!(invited.status, StatusCode::SEE_OTHER, "{}", invited.told());
    assert_eq!(rows(&world, &[&elsewhere], "invitation").await, 0);
    assert_eq!(rows(&world, &[&town], "invitation").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_16_phones_and_addresses_stay_with_those_who_may_have_them() {
    let world = World::shared().await;
    let (town, elsewhere) = (full(&world).await, full(&world).await);
    let teacher = &town.teacher;
    let digits = format!("913{:07}", teacher.account.0 % 10_000_000);
    let phone = format!(
        "UPDATE app.membership SET phone = '+7{digits}' WHERE id = {}",
        teacher.membership
    );
    assert_eq!(world.superuser().await.run(&phone).await, Ok(1));
    let email = format!("{}@example.test", teacher.login);
    let site = world.serve().await;
    // The suite sees what it looks for: the coordinator of the municipality may have both.
    let tells = |page: &Page| {
        let numbers: String = page.body.chars().filter(char::is_ascii_digit).collect();
        (numbers.contains(&digits), page.body.contains(&email))
    };
    let theirs = object(&world, &town, &route("/municipal/applications/{id}")).await;
    let page = format!("/municipal/applications/{theirs}");
    let shown = site.browser_of(&town.coordinator).await.get(&page).await;
    assert_eq!(tells(&shown), (true, true), "{}", shown.told());
    let others = [
        elsewhere.coordinator,
        elsewhere.expert,
        elsewhere.school,
        elsewhere.teacher,
        town.town
            .school(town.town.organisation("municipal").await)
            .await,
        town.town.expert().await,
        town.town.teacher().await,
        world.admin().await,
    ];
    let (mut faults, mut read) = (Vec::new(), 0);
    for person in &others {
        let browser = site.browser_of(person).await;
        for route in routes().iter().filter(|route| route.get) {
            let path = match route.path.as_str() {
                "/logout" => continue,
                _ => route.with(&object(&world, &town, route).await),
            };
            let page = browser.get(&path).await;
            read += 1;
            if tells(&page) != (false, false) {
                faults.push(format!("{:?}: {}", person.role, page.told()));
            }
        }
    }
    println!("SEC-16: {read} pages without the teacher's phone and address");
    assert!(faults.is_empty(), "{faults:#?}");
}

fn route(path: &str) -> crate::routes::Route {
    routes()
        .into_iter()
        .find(|route| route.path == path)
        .unwrap()
}

//! Two editors of one thing (SEC-70): what changes something shown carries its version, and
//! the second one's change is never lost and never made unseen. It is answered 409 by the page itself, with what was typed, with what is stored now,
//! and with the version of now, so that sending it again is a decision.

use std::collections::BTreeSet;

use domain::role::Role;
use reqwest::StatusCode;
use tests::{Browser, Form, Person, Session, Site, World};
use uuid::Uuid;

use crate::{
    forms::{Shown, done, everybody, shown},
    pages::{press, token},
    routes::routes,
    seed::full,
};

/// Something two people change: where its form is, by which button, and the field they fill in.
struct Edited {
    person: Person,
    path: String,
    button: &'static str,
    field: &'static str,
    values: [String; 2],
    /// Where it is kept: what the first editor stored must stay.
    stored: String,
}

async fn edited(world: &World) -> Vec<Edited> {
    let town = full(world).await;
    let here = &town.town;
    let teacher = here.teacher().await;
    here.card(&teacher).await;
    let organisation: Uuid = of(
        world,
        &format!(
            "SELECT public_id FROM app.organisation WHERE id = {}",
            teacher.organisation.unwrap()
        ),
    )
    .await;
    let name = format!("SELECT name FROM app.organisation WHERE public_id = '{organisation}'");
    let sample: Uuid = of(
        world,
        "INSERT INTO app.sample (public_id, section, title, ordinal, s3_key, file_name, content_type, size, sha256)
         VALUES (gen_random_uuid(), 'norm', 'Закон', 1, 'r/x', 'x.pdf', 'application/pdf', 1, '\\x00') RETURNING public_id",
    )
    .await;
    let operator = world.operator().await;
    let values = |first: &str, second: &str| [first.to_owned(), second.to_owned()];
    vec![
        Edited {
            path: "/teacher/card".to_owned(),
            button: "Сохранить",
            field: "education",
            values: values("Первый вуз", "Второй вуз"),
            stored: format!(
                "SELECT education FROM app.card WHERE account_id = {}",
                teacher.account.0
            ),
            person: teacher,
        },
        Edited {
            path: "/profile?edit=1".to_owned(),
            button: "Сохранить",
            field: "surname",
            values: values("Первова", "Вторая"),
            stored: format!(
                "SELECT surname FROM app.membership WHERE id = {}",
                town.school.membership
            ),
            person: town.school,
        },
        Edited {
            path: format!("/municipal/organisations/{organisation}"),
            button: "Сохранить",
            field: "name",
            values: values("Школа первая", "Школа вторая"),
            stored: name.clone(),
            person: town.coordinator,
        },
        Edited {
            path: format!("/operator/organisations/{organisation}"),
            button: "Сохранить",
            field: "name",
            values: values("Школа третья", "Школа четвёртая"),
            stored: name.clone(),
            person: operator,
        },
        Edited {
            path: format!("/admin/organisations/{organisation}"),
            button: "Сохранить",
            field: "name",
            values: values("Школа пятая", "Школа шестая"),
            stored: name,
            person: world.admin().await,
        },
        Edited {
            path: format!("/admin/reference/forms/{sample}"),
            button: "Сохранить",
            field: "title",
            values: [
                format!("Закон первый {sample}"),
                format!("Закон второй {sample}"),
            ],
            stored: format!("SELECT title FROM app.sample WHERE public_id = '{sample}'"),
            person: world.admin().await,
        },
    ]
}

async fn of<T>(world: &World, query: &str) -> T
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    world.superuser().await.value(query).await.unwrap()
}

async fn form(browser: &Browser, edited: &Edited, value: &str) -> Form {
    let page = browser.get(&edited.path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    let mut form = page.form(edited.button);
    form.set(edited.field, value);
    form
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_70_the_second_editor_is_shown_both() {
    let world = World::shared().await;
    let site = world.serve().await;
    let mut sql = world.superuser().await;
    let all = edited(&world).await;
    for edited in &all {
        both(&site, &mut sql, edited).await;
    }
    println!("SEC-70: {} pages shown to a second editor", all.len());
}

async fn both(site: &Site, sql: &mut Session, edited: &Edited) {
    let [one, other] = [
        site.browser_of(&edited.person).await,
        site.browser_of(&edited.person).await,
    ];
    let [first, second] = edited.values.each_ref();
    let (mine, theirs) = (
        form(&one, edited, first).await,
        form(&other, edited, second).await,
    );
    let saved = one.send(&mine, &[]).await;
    assert_eq!(
        saved.status,
        StatusCode::SEE_OTHER,
        "{} {}",
        saved.told(),
        edited.path
    );
    let late = other.send(&theirs, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.told());
    assert_eq!(sql.value(&edited.stored).await, Ok(first.clone()), "lost");
    let said = format!("Сейчас сохранено: {first}");
    assert!(
        late.errors().contains(&said),
        "{} does not say what is stored: {:?}",
        edited.path,
        late.errors()
    );
    // What was typed stands in its field, and sending it once more is a decision.
    let again = late.form(edited.button);
    let typed = again.fields.iter().find(|(name, _)| name == edited.field);
    assert_eq!(
        typed.map(|(_, value)| value),
        Some(second),
        "{}",
        edited.path
    );
    let decided = other.send(&again, &[]).await;
    assert_eq!(
        decided.status,
        StatusCode::SEE_OTHER,
        "{} {}",
        decided.told(),
        edited.path
    );
    assert_eq!(sql.value(&edited.stored).await, Ok(second.clone()));
}

/// A reason typed into a form that asks for one is not lost either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_70_a_typed_reason_outlives_a_conflict() {
    let world = World::shared().await;
    let site = world.serve().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let application = town.submitted(&town.teacher().await).await;
    let path = format!("/municipal/applications/{}/reject", application.public_id);
    let browser = site.browser_of(&coordinator).await;
    let page = browser.get(&path).await;
    let mut form = page.form("Отклонить заявление");
    form.set("comment", "Не хватает справки");
    let reason = form.names.iter().find(|name| *name == "reason").cloned();
    let code: String = of(&world, "SELECT min(code) FROM app.ref_rejection_reason").await;
    form.set(&reason.unwrap(), &code);
    let touched = world
        .superuser()
        .await
        .run(&application.update("position = position"))
        .await;
    assert_eq!(touched, Ok(1));
    let late = browser.send(&form, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.told());
    assert_eq!(application.status(&town).await, "under_review");
    let again = late.form("Отклонить заявление");
    let kept = again.fields.iter().find(|(name, _)| name == "comment");
    assert_eq!(kept.unwrap().1, "Не хватает справки");
    let decided = browser.send(&again, &[]).await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.told());
    assert_eq!(application.status(&town).await, "rejected");
}

/// What makes something new, or is about the session alone, has no version to carry.
const WITHOUT_VERSION: &[&str] = &[
    "/cabinet/choose",
    // Own credentials: the old password, a code or a proof stands in for a version.
    "/profile/factor",
    "/profile/factor/begin",
    "/profile/factor/off",
    "/profile/passkeys",
    "/profile/password",
    "/profile/sessions",
    // Takes a copy and changes nothing.
    "/profile/data",
    "/login",
    "/register",
    "/password/forgot",
    // A link to the person itself; a second one ends the first.
    "/municipal/people/{id}/reset",
    "/municipal/people/{id}/email",
    "/operator/people/{id}/reset",
    "/operator/people/{id}/email",
    "/admin/operators/{id}/reset",
    "/operator/people/{id}/factor",
    "/admin/operators/{id}/factor",
    "/admin/operators/{id}/email",
    "/teacher/cards",
    // Asks whether the person is sure; nothing is changed yet.
    "/teacher/withdrawal",
    "/teacher/application/documents",
    "/teacher/application/documents/detach",
    // Own words about an own document, changed by nobody else.
    "/teacher/application/documents/describe",
    "/school/documents/{id}/describe",
    "/school/documents/{id}",
    "/school/documents/{id}/detach",
    "/municipal/invitations",
    // Invites who is not invited yet.
    "/municipal/invitations/list",
    "/operator/people/invitations/list",
    // All of one's own, as it is when the button is pressed.
    "/profile/consent",
    // A link that lives is asked for row by row.
    "/municipal/not-applied",
    "/municipal/organisations/new",
    // Printing changes nothing.
    "/expert/applications/{id}/archive",
    "/municipal/applications/{id}/archive",
    "/operator/applications/{id}/archive",
    "/municipal/print",
    "/operator/print",
    // A month of theirs: who was reminded today and what a register names is asked row by row.
    "/municipal/conclusions/month/remind",
    "/municipal/registers",
    // Each row ticked or decided carries its own: `id.version`.
    "/operator/orders",
    // Compares, and fills in the order's form: nothing is changed yet.
    "/operator/orders/match",
    "/operator/orders/match/decisions",
    "/operator/queue",
    "/operator/queue/views",
    "/operator/queue/views/{id}/delete",
    "/municipal/applications",
    // A view is made new or deleted whole.
    "/operator/applications/views",
    "/operator/applications/views/{id}/delete",
    "/municipal/applications/views",
    "/municipal/applications/views/{id}/delete",
    "/admin/operators",
    "/operator/people",
    "/operator/organisations/new",
    "/admin/organisations/new",
    "/operator/periods",
    "/municipal/transfers/new",
    "/profile/transfer",
    // A file on its way has its offset, which is a version of its own.
    "/uploads",
    "/uploads/{id}",
    "/uploads/{id}/cancel",
    "/admin/municipalities/new",
    "/admin/municipalities/{id}/invitations",
];

/// Forms reached by a link in a letter, by another municipality's door, or before anything is
/// open: they make something new or use something up.
const BY_LINK: &[&str] = &[
    "/consent",
    "/email/confirm/{token}",
    "/invitation/{token}",
    "/invitation/{token}/accept",
    // Linked and unlinked whole, after a proof; seen only where there are providers.
    "/login/code",
    // Sent by the form of /login; begun by a script.
    "/login/passkey",
    "/login/passkey/begin",
    "/m/{slug}/login/passkey",
    "/profile/passkeys/begin",
    "/profile/passkeys/remove",
    "/login/{provider}/link",
    "/login/{provider}/register",
    "/logout",
    "/m/{slug}/login",
    "/m/{slug}/register",
    "/password/reset/{token}",
    "/registration/delete/{token}",
    "/profile",
    "/profile/confirm",
    "/profile/identities",
    "/profile/identities/unlink",
];

/// Posts to an address whose form nobody is shown now what such a form would hold, of a version
/// no row has.
async fn stale_post(world: &World, shown: &[Shown], somebody: &Person, path: &str) -> StatusCode {
    let of_section = |shown: &&Shown| {
        let home = shown.role.map(Role::home);
        home.is_some_and(|home| path.starts_with(&format!("{home}/")))
    };
    let visitor = shown.iter().find(of_section);
    let visitor = visitor.unwrap_or_else(|| panic!("whose is {path}? See BY_LINK"));
    let browser = &visitor.browser;
    let home = visitor.role.map_or("/", Role::home);
    let application: Uuid = world
        .superuser()
        .await
        .value(&format!(
            "SELECT public_id FROM app.application WHERE tenant_id = {} ORDER BY id LIMIT 1",
            somebody.tenant.unwrap().0
        ))
        .await
        .unwrap();
    let fields = [
        ("_csrf", token(browser, home).await),
        ("version", "999".to_owned()),
        ("application", application.to_string()),
        ("withdrawal", Uuid::now_v7().to_string()),
        ("reason", "Причина".to_owned()),
        ("to", "expert".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let path = path.replace("{id}", &application.to_string());
    press(browser, &path, &fields).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_70_forms_carry_the_version_they_change() {
    let world = World::own().await;
    let people = everybody(&world).await;
    let site = world.serve().await;
    let shown = shown(&site, &people).await;
    let mut sql = world.superuser().await;
    let before = done(&mut sql).await;
    let (mut faults, mut stale) = (BTreeSet::new(), 0);
    for shown in shown.iter().filter(|shown| shown.form.post) {
        if !shown.form.names.iter().any(|name| name == "version") {
            if !WITHOUT_VERSION.contains(&shown.path.as_str()) {
                faults.insert(format!("{} carries no version", shown.path));
            }
            continue;
        }
        let page = shown.send(&shown.with("version", "999")).await;
        stale += 1;
        // What was typed, or a file left out, may be judged first.
        let refused = [StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY];
        if !refused.contains(&page.status) {
            faults.insert(format!(
                "{} of a stale version → {}",
                shown.path, page.status
            ));
        }
    }
    // Every address that takes a form is one of the forms seen, or known to change nothing that
    // has a version.
    let seen: BTreeSet<&str> = shown.iter().map(|shown| shown.path.as_str()).collect();
    let posts: Vec<String> = routes()
        .into_iter()
        .filter(|route| route.post)
        .map(|route| route.path)
        .collect();
    let known = [WITHOUT_VERSION, BY_LINK].concat();
    let unseen: Vec<&String> = posts
        .iter()
        .filter(|path| !seen.contains(path.as_str()) && !known.contains(&path.as_str()))
        .collect();
    for path in &unseen {
        let status = stale_post(&world, &shown, &people[0], path).await;
        // Refused, or led to what was done long ago; whichever, nothing is done now.
        if status.is_server_error() || done(&mut sql).await != before {
            faults.insert(format!("{path} of a stale version → {status}, done"));
        }
    }
    println!(
        "SEC-70: {stale} forms with a stale version, {} more posted unseen, of {} addresses",
        unseen.len(),
        posts.len()
    );
    assert!(stale > 20, "{stale}");
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(
        done(&mut sql).await,
        before,
        "something was done all the same"
    );
}

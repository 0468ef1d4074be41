//! Two editors of one thing (SEC-70): the second one's change is never lost and never made
//! unseen. It is answered 409 by the page itself, with what was typed, with what is stored now,
//! and with the version of now, so that sending it again is a decision.

use reqwest::StatusCode;
use tests::{Browser, Form, Person, Session, Site, World};

use crate::seed::full;

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
    let organisation: uuid::Uuid = of(
        world,
        &format!(
            "SELECT public_id FROM app.organisation WHERE id = {}",
            teacher.organisation.unwrap()
        ),
    )
    .await;
    let name = format!("SELECT name FROM app.organisation WHERE public_id = '{organisation}'");
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
            stored: name,
            person: operator,
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
        late.errors().iter().any(|error| *error == said),
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

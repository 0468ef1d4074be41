//! The proposal of experts for a period (R-SCH-2, R-SCH-3), as the coordinator and the operator
//! see it and accept it row by row: even, explained, reproducible, safe to repeat, and never more
//! than the verb of one row would do.

use app::schedule::{AsProposed, Plan};
use domain::role::Role;
use reqwest::StatusCode;
use tests::{Application, Browser, Page, Person, Town, World};
use uuid::Uuid;

const ACCEPT: &str = "Принять отмеченные";

/// An open period of this world, by its id in addresses.
async fn period(world: &World) -> Uuid {
    let id = Uuid::now_v7();
    let insert = format!(
        "INSERT INTO app.period (public_id, name, starts, ends)
         VALUES ('{id}', 'октябрь-ноябрь 2026', '2026-10-01', '2026-11-30')"
    );
    world.superuser().await.run(&insert).await.unwrap();
    id
}

/// A registered application of a new teacher, planned for the period without experts.
async fn planned(town: &Town, coordinator: &Person, period: Uuid) -> (Person, Application) {
    let teacher = town.teacher().await;
    let application = town.registered(&teacher, coordinator).await;
    let plan = Plan {
        period: &period.to_string(),
        ..Plan::default()
    };
    let app = town.world().app();
    let saved = app
        .set_schedule(coordinator, application.public_id, 0, plan)
        .await;
    assert!(saved.unwrap());
    (teacher, application)
}

async fn membership(world: &World, person: &Person) -> String {
    let id: Uuid = world
        .superuser()
        .await
        .value(&format!(
            "SELECT public_id FROM app.membership WHERE id = {}",
            person.membership
        ))
        .await
        .unwrap();
    id.to_string()
}

/// The values of the check boxes of the rows.
fn marks(page: &Page) -> Vec<String> {
    let boxes = page.body.split("name=\"row\" value=\"").skip(1);
    boxes
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

/// Marks these rows and presses «Принять отмеченные».
async fn accept(browser: &Browser, page: &Page, rows: &[String]) -> Page {
    let mut form = page.form(ACCEPT).anew();
    for row in rows {
        form.fields.push(("row".to_owned(), row.clone()));
    }
    browser.send(&form, &[]).await
}

async fn loads(world: &World, experts: &[&Person]) -> Vec<i64> {
    let mut sql = world.superuser().await;
    let mut loads = Vec::new();
    for expert in experts {
        let query = format!(
            "SELECT count(*) FROM app.assignment WHERE expert_membership_id = {} AND closed_at IS NULL",
            expert.membership
        );
        loads.push(sql.value(&query).await.unwrap());
    }
    loads
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_is_accepted_row_by_row() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let period = period(&world).await;
    let (one, two, three) = (
        town.expert().await,
        town.expert().await,
        town.expert().await,
    );
    let mut applications = Vec::new();
    for _ in 0..4 {
        applications.push(planned(&town, &coordinator, period).await.1);
    }
    let browser = site.browser_of(&coordinator).await;

    let list = browser.get("/municipal/schedule").await;
    let base = "/municipal/schedule/proposal".to_owned();
    assert!(list.links().contains(&base), "{:?}", list.links());
    let empty = browser.get(&base).await;
    assert_eq!(empty.heading(), "Предложение специалистов");
    assert!(empty.body.contains("Выберите период"), "{}", empty.told());

    let address = |seed: u32| format!("{base}?period={period}&seed={seed}");
    let page = browser.get(&address(7)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    for words in [
        "4 строки можно заполнить.",
        "Специалист 1: нагрузка",
        "из 10, должность совпадает",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let rows = marks(&page);
    assert_eq!(rows.len(), 4);
    assert_eq!(
        marks(&browser.get(&address(7)).await),
        rows,
        "the same seed"
    );
    let mut others = Vec::new();
    for seed in 8..14 {
        others.push(marks(&browser.get(&address(seed)).await));
    }
    assert!(others.iter().any(|other| *other != rows), "other seeds");
    let next = page
        .links()
        .into_iter()
        .find(|link| link.contains("seed=8"));
    assert!(next.is_some(), "«Предложить заново»: {:?}", page.links());

    // What is not marked stays as it is.
    let done = accept(&browser, &page, &rows[..3]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.told());
    assert_eq!(done.heading(), "Результат назначения");
    assert!(done.body.contains("Назначено: 3 из 3."), "{}", done.body);
    let mut assigned = Vec::new();
    for application in &applications {
        assigned.push(
            application
                .count(&town, "assignment", "closed_at IS NULL")
                .await,
        );
    }
    assigned.sort_unstable();
    assert_eq!(assigned, [0, 2, 2, 2]);

    // Pressed again it says so and does nothing twice.
    let letters = "SELECT count(*) FROM app.letter WHERE kind IN ('assigned', 'experts_assigned')";
    let mut sql = world.superuser().await;
    let before: i64 = sql.value(letters).await.unwrap();
    let again = accept(&browser, &page, &rows[..3]).await;
    assert!(again.body.contains("Назначено: 3 из 3."), "{}", again.body);
    assert!(
        again.body.contains("Так уже было сохранено"),
        "{}",
        again.body
    );
    assert_eq!(sql.value(letters).await, Ok(before));
    let nothing = accept(&browser, &page, &[]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);

    // The last one too: the loads are as even as eight places for three people can be.
    let page = browser.get(&address(7)).await;
    assert!(
        page.body.contains("1 строку можно заполнить."),
        "{}",
        page.body
    );
    accept(&browser, &page, &marks(&page)).await;
    let mut even = loads(&world, &[&one, &two, &three]).await;
    even.sort_unstable();
    assert_eq!(even, [2, 3, 3]);

    // The load of the period stands on the experts' page, and beside their names in a row.
    let experts = browser.get("/municipal/experts").await;
    assert!(
        experts.body.contains("октябрь-ноябрь 2026: 2 из 10"),
        "{}",
        experts.body
    );
    let row = format!("/municipal/schedule/{}", applications[0].public_id);
    let row = browser.get(&row).await;
    assert!(row.body.contains("нагрузка 2 из 10"), "{}", row.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_or_was_forged_is_refused_row_by_row() {
    let world = World::own().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let period = period(&world).await;
    let (first, second, third) = (
        membership(&world, &town.expert().await).await,
        membership(&world, &town.expert().await).await,
        membership(&world, &town.expert().await).await,
    );
    let stranger = membership(&world, &elsewhere.expert().await).await;
    let (teacher, one) = planned(&town, &coordinator, period).await;
    let (_, two) = planned(&town, &coordinator, period).await;
    let (_, three) = planned(&town, &coordinator, period).await;
    let herself = town.also(&teacher, Role::Expert, None).await;
    let herself = membership(&world, &herself).await;
    let foreign = elsewhere
        .registered(&elsewhere.teacher().await, &elsewhere.coordinator().await)
        .await;
    let app = world.app();
    let period = period.to_string();
    // Somebody plans the third row meanwhile.
    let plan = Plan {
        period: &period,
        experts: [&first, &third],
        comment: None,
    };
    app.set_schedule(&coordinator, three.public_id, 1, plan)
        .await
        .unwrap();
    let asked = |application: &Application, experts| AsProposed {
        application: application.public_id,
        version: 1,
        experts,
    };
    let answers = app
        .accept_proposed(
            &coordinator,
            &period,
            &[
                asked(&one, [herself.as_str(), first.as_str()]),
                asked(&two, [stranger.as_str(), first.as_str()]),
                asked(&two, [first.as_str(), first.as_str()]),
                asked(&three, [first.as_str(), second.as_str()]),
                asked(&three, [first.as_str(), third.as_str()]),
                asked(&foreign, [first.as_str(), second.as_str()]),
                asked(&two, [first.as_str(), second.as_str()]),
            ],
        )
        .await
        .unwrap();
    let told: Vec<String> = answers
        .iter()
        .map(|(_, _, outcome)| match outcome {
            Ok(changed) => changed.to_string(),
            Err(error) => error.to_string(),
        })
        .collect();
    assert!(
        told[0].contains("Выберите специалиста из списка"),
        "the teacher itself: {told:?}"
    );
    assert!(
        told[1].contains("Выберите специалиста из списка"),
        "another municipality's: {told:?}"
    );
    assert!(told[2].contains("не может занять оба места"), "{told:?}");
    assert!(told[3].starts_with("Данные изменились"), "{told:?}");
    assert_eq!(told[4], "false", "as it is already");
    assert_eq!(told[5], "не найдено");
    assert_eq!(told[6], "true");
    assert_eq!(one.count(&town, "assignment", "true").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_is_proposed_experts_of_other_municipalities() {
    let world = World::own().await;
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let period = period(&world).await;
    let own = town.expert().await;
    let (_, application) = planned(&town, &coordinator, period).await;
    let (_, frozen) = planned(&town, &coordinator, period).await;
    world
        .superuser()
        .await
        .script(&format!(
            "WITH f AS (INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, \
                 sha256, by_role)
               VALUES ({0}, '{1}', {2}, 't/scan', 'скан.pdf', 'application/pdf', 1, '\\x00', 'teacher') RETURNING id)
             INSERT INTO app.withdrawal (tenant_id, public_id, application_id, state, reason, by_role, by_account, file_id)
               SELECT {0}, '{1}', {2}, 'under_review', 'Причина', 'teacher', 1, f.id FROM f",
            town.id,
            Uuid::now_v7(),
            frozen.id
        ))
        .await;

    // One expert in the whole municipality: the second place goes to the Centre.
    let browser = site.browser_of(&coordinator).await;
    let page = browser
        .get(&format!("/municipal/schedule/proposal?period={period}"))
        .await;
    for words in [
        "1 строку можно заполнить, из них 1 – только одно место, 1 – нет: Сначала рассмотрите отзыв",
        "во всём муниципалитете один специалист: второе место останется пустым – запрос в Центр",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert_eq!(marks(&page).len(), 1);

    let stranger = elsewhere.expert().await;
    let operator = world.operator().await;
    let browser = site.browser_of(&operator).await;
    let unnamed = format!("/operator/schedule/proposal?period={period}");
    let page = browser.get(&unnamed).await;
    assert!(
        page.body.contains("Выберите муниципалитет"),
        "{}",
        page.told()
    );
    let address = format!("{unnamed}&municipality={}", town.public_id().await);
    let page = browser.get(&address).await;
    assert!(
        page.body.contains("из другого муниципалитета"),
        "{}",
        page.body
    );
    let done = accept(&browser, &page, &marks(&page)).await;
    assert!(done.body.contains("Назначено: 1 из 1."), "{}", done.body);
    assert_eq!(loads(&world, &[&own, &stranger]).await, [1, 1]);
    assert_eq!(
        application
            .count(&town, "gap_request", "state = 'filled'")
            .await,
        1
    );
    let hers = site.browser_of(&stranger).await;
    let case = format!("/expert/applications/{}", application.public_id);
    assert_eq!(hers.get(&case).await.status, StatusCode::OK);
}

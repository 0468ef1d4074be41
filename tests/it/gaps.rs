//! Gaps as requests of the municipality to the Centre (R-SCH-2): they open and close with the
//! empty place, whoever makes or fills it; both sides see them; people add words and an answer.

use app::schedule::Plan;
use reqwest::StatusCode;
use tests::{Application, Person, Session, Town, World, sql::Refused};
use uuid::Uuid;

async fn period(world: &World) -> String {
    let id = Uuid::now_v7();
    let insert = format!(
        "INSERT INTO app.period (public_id, name, starts, ends)
         VALUES ('{id}', 'октябрь-ноябрь 2026', '2026-10-01', '2026-11-30')"
    );
    world.superuser().await.run(&insert).await.unwrap();
    id.to_string()
}

async fn membership(world: &World, person: &Person) -> String {
    let query = format!(
        "SELECT public_id::text FROM app.membership WHERE id = {}",
        person.membership
    );
    world.superuser().await.value(&query).await.unwrap()
}

/// The requests of an application, oldest first: state, comment, who asked, the answer.
async fn requests(world: &World, application: &Application) -> Vec<String> {
    let query = format!(
        "SELECT concat_ws(' ', state, nullif(comment, ''), CASE WHEN asked_by IS NULL THEN 'никто' END,
           nullif(answer, ''), nullif(answered_name, '')) FROM app.gap_request WHERE application_id = {} ORDER BY id",
        application.id
    );
    world.superuser().await.list(&query).await
}

async fn with_gap(town: &Town, coordinator: &Person, period: &str) -> Application {
    let application = town.registered(&town.teacher().await, coordinator).await;
    let plan = Plan {
        period,
        ..Plan::default()
    };
    let app = town.world().app();
    app.set_schedule(coordinator, application.public_id, 0, plan)
        .await
        .unwrap();
    application
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_2_a_gap_is_asked_answered_and_filled() {
    let world = World::own().await;
    world.set_now("2026-09-14T03:00:00Z");
    let site = world.serve().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let (coordinator, operator) = (town.coordinator().await, world.operator().await);
    let period = period(&world).await;
    let application = town.registered(&town.teacher().await, &coordinator).await;
    let (hers, his) = (
        site.browser_of(&coordinator).await,
        site.browser_of(&operator).await,
    );
    let row = format!("/municipal/schedule/{}", application.public_id);

    // Asked by leaving the places empty, with words.
    let page = hers.get(&row).await;
    let typed = [
        ("Аттестационный период", period.as_str()),
        ("Комментарий для Центра", "Нужен учитель химии"),
    ];
    let done = hers.submit(&page, "Сохранить", &typed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    assert_eq!(
        requests(&world, &application).await,
        ["open Нужен учитель химии"]
    );
    let list = hers.get("/municipal/schedule?without_experts=yes").await;
    assert!(
        list.body.contains("запрошено 14.09.2026, ответ: ещё нет"),
        "{}",
        list.body
    );
    world.set_now("2026-09-19T03:00:00Z");
    let list = his.get("/operator/schedule").await;
    assert!(list.body.contains("ждёт 5 дней"), "{}", list.body);

    // Answered with words; nothing but words is taken.
    let row_of_centre = format!("/operator/schedule/{}", application.public_id);
    let page = his.get(&row_of_centre).await;
    assert!(page.body.contains("Нужен учитель химии"), "{}", page.body);
    let empty = his.submit(&page, "Ответить", &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let typed = [("Ответ Центра", "Химик освободится в декабре")];
    let done = his.submit(&page, "Ответить", &typed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let late = page.filled("Ответить", &[("Ответ Центра", "Нет")]).anew();
    let late = his.send(&late, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.told());
    assert_eq!(
        requests(&world, &application).await,
        ["declined Нужен учитель химии Химик освободится в декабре Центров Иван"]
    );
    let page = hers.get(&row).await;
    for words in ["Химик освободится в декабре", "19.09.2026, Центров Иван"]
    {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }

    // Asked again, with new words.
    let typed = [("Комментарий для Центра", "Подойдёт и биолог")];
    let done = hers.submit(&page, "Сохранить", &typed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let told = requests(&world, &application).await;
    assert_eq!(told[1..], ["open Подойдёт и биолог"]);

    // One place of two leaves it open, both fill it.
    let (own, stranger) = (town.expert().await, elsewhere.expert().await);
    let own = membership(&world, &own).await;
    let stranger_id = membership(&world, &stranger).await;
    let page = hers.get(&row).await;
    let typed = [("Специалист 1", own.as_str())];
    let done = hers.submit(&page, "Сохранить", &typed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    assert_eq!(
        requests(&world, &application).await[1..],
        ["open Подойдёт и биолог"]
    );
    let page = his.get(&row_of_centre).await;
    assert!(
        page.body.contains(&format!("label=\"{}\"", elsewhere.name)),
        "grouped by municipality"
    );
    let typed = [("Специалист 2", stranger_id.as_str())];
    let done = his.submit(&page, "Сохранить", &typed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    assert_eq!(
        requests(&world, &application).await[1..],
        ["filled Подойдёт и биолог Центров Иван"]
    );
    let page = hers.get(&row).await;
    assert!(page.body.contains("специалисты назначены"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_flagged_is_told_before_and_after_choosing() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let period = period(&world).await;
    let application = with_gap(&town, &coordinator, &period).await;
    let school: i64 = application.column(&town, "organisation_id").await;
    let colleague = town.expert().await;
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "UPDATE app.membership SET organisation_id = {school}, surname = 'Коллегина' WHERE id = {};
         UPDATE app.region_setting SET value = '0' WHERE key = 'expert_limit'",
        colleague.membership
    ))
    .await;
    let browser = site.browser_of(&coordinator).await;
    let row = format!("/municipal/schedule/{}", application.public_id);
    let page = browser.get(&row).await;
    let option = "нагрузка 0 из 0, та же организация, больше предела региона</option>";
    assert!(page.body.contains(option), "{}", page.body);
    assert!(
        !page.body.contains("govuk-warning-text"),
        "nothing chosen yet"
    );
    let id = membership(&world, &colleague).await;
    let typed = [("Специалист 1", id.as_str())];
    let done = browser.submit(&page, "Сохранить", &typed).await;
    let page = browser.follow(done).await;
    let warning = "Коллегина Мария Сергеевна: та же организация, больше предела региона.";
    assert!(page.body.contains(warning), "{}", page.body);
}

/// R-SCH-4: nobody asked when a cabinet ended, and nobody wants the place when the application
/// is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_4_a_request_follows_what_happens_to_the_place() {
    let world = World::own().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let period = period(&world).await;
    let application = with_gap(&town, &coordinator, &period).await;
    let (own, stranger) = (town.expert().await, elsewhere.expert().await);
    let experts = [
        membership(&world, &own).await,
        membership(&world, &stranger).await,
    ];
    let plan = Plan {
        period: &period,
        experts: [&experts[0], &experts[1]],
        comment: None,
    };
    let operator = world.operator().await;
    let app = world.app();
    app.set_schedule(&operator, application.public_id, 1, plan)
        .await
        .unwrap();
    assert_eq!(
        requests(&world, &application).await,
        ["filled Центров Иван"]
    );
    let id = experts[1].parse().unwrap();
    let version = format!("SELECT version FROM app.membership WHERE public_id = '{id}'");
    let version: i32 = world.superuser().await.value(&version).await.unwrap();
    let ends = elsewhere.coordinator().await;
    app.end_membership(&ends, id, version).await.unwrap();
    assert_eq!(requests(&world, &application).await[1..], ["open никто"]);
    world
        .superuser()
        .await
        .script(&format!(
            "UPDATE app.assignment SET closed_at = now() WHERE application_id = {0};
             UPDATE app.schedule_row SET mark = 'none', period_id = NULL, gap_since = NULL WHERE application_id = {0}",
            application.id
        ))
        .await;
    let told = requests(&world, &application).await;
    assert_eq!(told.len(), 2);
    assert!(told[1].starts_with("withdrawn"), "{told:?}");
}

async fn refused(sql: &mut Session, statement: &str, why: &str) {
    let outcome = sql.probe(statement).await;
    let privilege = Err(Refused(Refused::PRIVILEGE.to_owned()));
    assert!(
        outcome == privilege || outcome == Ok(0),
        "{why}: {outcome:?}"
    );
}

#[tokio::test]
async fn only_the_coordinator_asks_and_only_the_centre_answers() {
    let world = World::own().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let period = period(&world).await;
    let application = with_gap(&town, &coordinator, &period).await;
    let filled = town.registered(&town.teacher().await, &coordinator).await;
    let teacher = town.teacher().await;
    let school = town.school(teacher.organisation.unwrap()).await;
    let (tenant, id) = (town.id, application.id);
    let read = "SELECT count(*) FROM app.gap_request";
    let answer = format!(
        "UPDATE app.gap_request SET state = 'declined', answer = 'x', answered_at = now(), answered_by = {} \
         WHERE application_id = {id}",
        coordinator.account.0
    );
    let mut sql = coordinator.sql().await;
    refused(&mut sql, &answer, "a coordinator answers").await;
    let comment = format!("UPDATE app.gap_request SET comment = 'x' WHERE application_id = {id}");
    assert_eq!(sql.run(&comment).await, Ok(1), "the coordinator's words");
    let ask = |application: i64, by: i64| {
        format!(
            "INSERT INTO app.gap_request (tenant_id, application_id, asked_by) VALUES ({tenant}, {application}, {by})"
        )
    };
    let by = coordinator.account.0;
    assert_eq!(
        sql.probe(&ask(id, by)).await,
        Err(Refused("23505".to_owned())),
        "one open request"
    );
    refused(&mut sql, &ask(filled.id, by), "no gap").await;
    refused(&mut sql, &ask(id, by + 1), "in another's name").await;
    for person in [&teacher, &school, &elsewhere.coordinator().await] {
        let mut sql = person.sql().await;
        assert_eq!(sql.value::<i64>(read).await, Ok(0), "{:?}", person.role);
        refused(&mut sql, &comment, "not the coordinator").await;
        refused(&mut sql, &ask(id, person.account.0), "not the coordinator").await;
    }
    let operator = world.operator().await;
    let answer = answer.replace(
        &format!("answered_by = {by}"),
        &format!("answered_by = {}", operator.account.0),
    );
    let mut sql = operator.sql_in(&elsewhere).await;
    refused(&mut sql, &answer, "a municipality it has not entered").await;
    let mut sql = operator.sql_in(&town).await;
    refused(&mut sql, &comment, "an operator writes the comment").await;
    let filled = answer.replace("'declined', answer = 'x'", "'filled'");
    refused(&mut sql, &filled, "filled by nobody").await;
    assert_eq!(sql.run(&answer).await, Ok(1));
    refused(&mut sql, &answer, "answered already").await;
}

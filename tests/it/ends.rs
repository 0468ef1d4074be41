//! Ending cabinets (08 §8.2): who ends whose, what an expert's end does to its teachers
//! (R-SCH-4), and what keeps a teacher's open.

use domain::role::Role;
use reqwest::StatusCode;
use tests::{Browser, Page, Person, World, sql::Refused};
use uuid::Uuid;

/// The id and version of a person's membership, as a list's button carries them.
async fn membership(world: &World, person: &Person) -> (Uuid, i32) {
    let table = if person.role.is_institute() {
        "institute_member"
    } else {
        "membership"
    };
    let id = person.membership;
    let mut sql = world.superuser().await;
    let public_id = sql
        .value(&format!(
            "SELECT public_id FROM app.{table} WHERE id = {id}"
        ))
        .await;
    let version = sql
        .value(&format!("SELECT version FROM app.{table} WHERE id = {id}"))
        .await;
    (public_id.unwrap(), version.unwrap())
}

/// Presses «Отключить» of a person under this list, whether the list shows it or not.
async fn press(world: &World, browser: &Browser, list: &str, person: &Person) -> Page {
    let (id, version) = membership(world, person).await;
    let page = browser.get("/profile?edit=1").await;
    let token = page
        .forms()
        .into_iter()
        .flat_map(|form| form.fields)
        .find(|(name, _)| name == "_csrf")
        .unwrap();
    let fields = [token, ("version".to_owned(), version.to_string())];
    browser.post(&format!("{list}/{id}/end"), &fields).await
}

async fn is_open(world: &World, person: &Person) -> bool {
    world.app().ensure_open(person).await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_sch_4_an_ended_expert_leaves_gaps_in_every_municipality() {
    let world = World::own().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let teacher = town.teacher().await;
    let application = town.registered(&teacher, &town.coordinator().await).await;
    let (own, stranger) = (town.expert().await, elsewhere.expert().await);
    let mut sql = world.superuser().await;
    let (tenant, id, applicant) = (town.id, application.id, teacher.account.0);
    sql.script(&format!(
        "INSERT INTO app.period (public_id, name, starts, ends)
           VALUES (gen_random_uuid(), 'октябрь-ноябрь 2026', '2026-10-01', '2026-11-30');
         INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark)
           SELECT {tenant}, {id}, id, 'preliminary' FROM app.period;"
    ))
    .await;
    for (slot, expert) in [(1, &own), (2, &stranger)] {
        sql.script(&format!(
            "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
               expert_membership_id, expert_account_id, expert_name, assigned_by)
             VALUES ({tenant}, {id}, {applicant}, {slot}, {}, {}, {}, 'Эксперт Э. Э.', 1)",
            expert.tenant.unwrap().0,
            expert.membership,
            expert.account.0
        ))
        .await;
    }
    let site = world.serve().await;
    let experts_browser = site.browser_of(&stranger).await;
    // Ended by the coordinator of its own municipality, which sees nothing of the case.
    let coordinator = site.browser_of(&elsewhere.coordinator().await).await;
    let list = coordinator.get("/municipal/experts").await;
    let done = coordinator.submit(&list, "Отключить", &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    let list = coordinator.follow(done).await;
    assert!(list.body.contains("Специалист отключён"), "{}", list.told());
    assert_eq!(
        experts_browser.get("/expert").await.status,
        StatusCode::SEE_OTHER
    );

    assert_eq!(
        application
            .count(&town, "assignment", "closed_at IS NULL")
            .await,
        1
    );
    assert_eq!(
        application
            .count(&town, "schedule_row", "gap_since IS NOT NULL")
            .await,
        1
    );
    let letters = async |kind: &str, account: i64| {
        let condition = format!("kind = '{kind}' AND account_id = {account}");
        application.count(&town, "letter", &condition).await
    };
    assert_eq!(letters("unassigned", stranger.account.0).await, 1);
    assert_eq!(letters("experts_assigned", applicant).await, 1);
    assert_eq!(
        application
            .count(&town, "application_event", "act = 'membership.end'")
            .await,
        1
    );
    // The other place by the expert itself.
    let expert = site.browser_of(&own).await;
    let page = expert.get("/profile/close").await;
    assert!(
        page.body.contains("Вам назначено педагогов: 1"),
        "{}",
        page.told()
    );
    let closed = expert.submit(&page, "Закрыть кабинет", &[]).await;
    assert_eq!(
        closed.location.as_deref(),
        Some("/cabinet"),
        "{}",
        closed.told()
    );
    assert!(!is_open(&world, &own).await);
    assert_eq!(
        application
            .count(&town, "assignment", "closed_at IS NULL")
            .await,
        0
    );
    let audited: i64 = sql
        .value("SELECT count(*) FROM app.audit_event WHERE act = 'membership.end'")
        .await
        .unwrap();
    assert_eq!(audited, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_teachers_cabinet_stays_while_an_application_is_live() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let (idle, submitted, registered) = (
        town.teacher().await,
        town.teacher().await,
        town.teacher().await,
    );
    town.draft(&idle).await;
    town.submitted(&submitted).await;
    town.registered(&registered, &coordinator).await;
    let site = world.serve().await;
    let operator = site.browser_of(&world.operator().await).await;
    for teacher in [&submitted, &registered] {
        let browser = site.browser_of(teacher).await;
        let page = browser.get("/profile/close").await;
        assert!(
            page.body.contains("Кабинет нельзя закрыть"),
            "{}",
            page.told()
        );
        let (_, version) = membership(&world, teacher).await;
        let refused = world.app().close_own(teacher, version).await;
        assert!(
            matches!(refused, Err(app::Error::Illegal(_))),
            "{refused:?}"
        );
        let refused = press(&world, &operator, "/operator/people", teacher).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.told());
        let id = teacher.membership;
        let end = format!("UPDATE app.membership SET ended_at = app.ctx_now() WHERE id = {id}");
        let outcome = teacher.sql().await.probe(&end).await;
        assert_eq!(outcome, Err(Refused(Refused::CHECK.to_owned())));
        assert!(is_open(&world, teacher).await);
    }
    let browser = site.browser_of(&idle).await;
    let profile = browser.get("/profile").await;
    assert!(
        profile.links().contains(&"/profile/close".to_owned()),
        "{}",
        profile.told()
    );
    let page = browser.get("/profile/close").await;
    let closed = browser.submit(&page, "Закрыть кабинет", &[]).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.told());
    let on = browser.follow(closed).await;
    assert_eq!(on.path, "/profile", "{}", on.told());
    assert!(!is_open(&world, &idle).await);
    assert_eq!(browser.get("/teacher").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_ends_whom_the_matrix_names_and_nobody_itself_from_a_list() {
    let world = World::shared().await;
    let (town, elsewhere) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let (operator, admin) = (world.operator().await, world.admin().await);
    let site = world.serve().await;
    let municipal = site.browser_of(&coordinator).await;
    let operators = site.browser_of(&operator).await;
    let admins = site.browser_of(&admin).await;
    let own_expert = town.also(&coordinator, Role::Expert, None).await;
    let own_coordinator = elsewhere.also(&operator, Role::Municipal, None).await;
    let school = || async { town.school(town.organisation("municipal").await).await };
    const DONE: StatusCode = StatusCode::SEE_OTHER;
    const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
    for (browser, list, person, expected) in [
        (
            &municipal,
            "/municipal/people",
            town.teacher().await,
            FORBIDDEN,
        ),
        (
            &municipal,
            "/municipal/people",
            town.coordinator().await,
            FORBIDDEN,
        ),
        (
            &municipal,
            "/municipal/people",
            coordinator.clone(),
            StatusCode::CONFLICT,
        ),
        (
            &municipal,
            "/municipal/people",
            own_expert,
            StatusCode::CONFLICT,
        ),
        (
            &municipal,
            "/municipal/people",
            elsewhere.expert().await,
            StatusCode::NOT_FOUND,
        ),
        (
            &municipal,
            "/municipal/people",
            world.operator().await,
            StatusCode::NOT_FOUND,
        ),
        (&municipal, "/municipal/people", school().await, DONE),
        (&municipal, "/municipal/experts", town.expert().await, DONE),
        (
            &operators,
            "/operator/people",
            own_coordinator,
            StatusCode::CONFLICT,
        ),
        (
            &operators,
            "/operator/people",
            admin.clone(),
            StatusCode::NOT_FOUND,
        ),
        (&operators, "/operator/people", town.teacher().await, DONE),
        (&operators, "/operator/people", school().await, DONE),
        (&operators, "/operator/people", town.expert().await, DONE),
        // Also the last one of a municipality: only an operator may.
        (
            &operators,
            "/operator/people",
            elsewhere.coordinator().await,
            DONE,
        ),
        (
            &admins,
            "/admin/operators",
            admin.clone(),
            StatusCode::CONFLICT,
        ),
        (
            &admins,
            "/admin/operators",
            town.expert().await,
            StatusCode::NOT_FOUND,
        ),
        (&admins, "/admin/operators", world.admin().await, DONE),
        (&admins, "/admin/operators", world.operator().await, DONE),
    ] {
        let answer = press(&world, browser, list, &person).await;
        assert_eq!(
            answer.status,
            expected,
            "{list} {:?}: {}",
            person.role,
            answer.told()
        );
        assert_eq!(
            is_open(&world, &person).await,
            expected != DONE,
            "{list} {:?}",
            person.role
        );
    }
    // The same in the database alone.
    let (teacher, other) = (town.teacher().await, town.coordinator().await);
    let expert = town.expert().await;
    let end = |person: &Person| {
        format!(
            "UPDATE app.membership SET ended_at = app.ctx_now() WHERE id = {}",
            person.membership
        )
    };
    let refused = || Err(Refused(Refused::PRIVILEGE.to_owned()));
    let mut sql = coordinator.sql().await;
    for person in [&teacher, &other, &coordinator] {
        assert_eq!(
            sql.probe(&end(person)).await,
            refused(),
            "{:?}",
            person.role
        );
    }
    assert_eq!(sql.probe(&end(&expert)).await, Ok(1));
    let mut sql = town.school(teacher.organisation.unwrap()).await.sql().await;
    assert_eq!(
        sql.probe(&end(&teacher)).await,
        Ok(0),
        "a school ends nobody"
    );
    // An end is one.
    let mut sql = operator.sql_in(&town).await;
    assert_eq!(sql.run(&end(&expert)).await, Ok(1));
    let reopen = end(&expert).replace("app.ctx_now()", "NULL");
    assert_eq!(sql.probe(&reopen).await, refused());
}

//! A teacher changes its municipality itself until its first submission (R-ACC-7).

use app::{
    Error,
    profile::{Typed, Which},
};
use domain::actor::TenantId;
use reqwest::StatusCode;
use tests::{Person, Town, World};

use super::{agree, ask, denied, hanging, public_id, tenant_of, town_id, transfer::two};

async fn typed(teacher: &Person, to: &Town, organisation: i64) -> Typed {
    let world = to.world();
    let place = public_id(world, "organisation", organisation).await;
    let mut sql = world.superuser().await;
    let membership = teacher.membership;
    let version = format!("SELECT version FROM app.membership WHERE id = {membership}");
    Typed {
        surname: "Иванова".to_owned(),
        name: "Мария".to_owned(),
        patronymic: "Сергеевна".to_owned(),
        email: format!("{}@example.test", teacher.login),
        phone: "+7 913 000-00-00".to_owned(),
        municipality: town_id(to).await,
        organisation_type: "obshchee".to_owned(),
        organisation: place.to_string(),
        position: "uchitel".to_owned(),
        version: sql.value::<i32>(&version).await.unwrap().to_string(),
        ..Typed::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_7_a_teacher_moves_itself_with_all_it_has_begun() {
    let world = World::shared().await;
    let (from, to) = (world.town().await, world.town().await);
    let teacher = from.teacher().await;
    teacher.ready_to_sign_in().await;
    let application = from.ready(&teacher).await;
    let before = hanging(&world, application.id).await;
    let place = to.organisation("municipal").await;
    let typed = typed(&teacher, &to, place).await;
    let (person, which) = (teacher.as_person(), Which::InUse(None));
    let saved = world.app().save_profile(person, which, &typed, true).await;
    assert!(saved.is_ok(), "{saved:?}");

    assert_eq!(
        tenant_of(&world, "membership", teacher.membership).await,
        to.id
    );
    assert_eq!(
        tenant_of(&world, "application", application.id).await,
        to.id
    );
    assert_eq!(application.status(&to).await, "draft", "it is formed anew");
    assert_eq!(
        application.column::<i64>(&to, "organisation_id").await,
        place
    );
    let after = hanging(&world, application.id).await;
    assert!(
        after.keys().all(|(_, tenant)| *tenant == to.id),
        "{after:?}"
    );
    for ((table, _), rows) in &before {
        let now = after.get(&(table.clone(), to.id)).copied().unwrap_or(0);
        // The history has one line more: why it went back to the draft.
        let expected = rows + i64::from(table == "application_event");
        assert_eq!(now, expected, "{table}");
    }
    // Nothing of the person is left: by every column that names it.
    let mut sql = world.superuser().await;
    for table in ["membership", "card", "application", "organisation_request"] {
        let account = teacher.account.0;
        let left = format!(
            "SELECT count(*) FROM app.{table} WHERE tenant_id = {} AND account_id = {account}",
            from.id
        );
        assert_eq!(sql.value::<i64>(&left).await, Ok(0), "{table}");
    }
    // The cabinet as it was is closed; as it is now it opens.
    let old = world.app().own(&teacher, None).await;
    assert!(matches!(old, Err(Error::SignedOut)), "{old:?}");
    let mut moved = teacher.actor.clone();
    moved.tenant = Some(domain::actor::TenantId(to.id));
    assert!(world.app().own(&moved, None).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_acc_7_the_session_lives_on() {
    let world = World::shared().await;
    let (from, to) = (world.town().await, world.town().await);
    let teacher = from.teacher().await;
    let place = to.organisation("municipal").await;
    let place = public_id(&world, "organisation", place).await.to_string();
    let site = world.serve().await;
    let (browser, another) = (
        site.browser_of(&teacher).await,
        site.browser_of(&teacher).await,
    );
    let form = browser.get("/profile?edit=1").await;
    let saved = browser
        .submit(
            &form,
            "Сохранить",
            &[
                (
                    "Муниципалитет, в котором находится образовательная организация",
                    &town_id(&to).await,
                ),
                ("Место работы (образовательная организация)", &place),
            ],
        )
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.told());
    let shown = browser.follow(saved).await;
    assert!(shown.body.contains(&to.name), "{}", shown.told());
    // The other session learns it at its next step, and goes on.
    for browser in [browser, another] {
        let home = browser.follow(browser.get("/teacher").await).await;
        assert_eq!(home.path, "/teacher", "{}", home.told());
    }
}

#[tokio::test]
async fn r_acc_7_after_a_submission_nobody_moves_itself() {
    let world = World::shared().await;
    let (from, to) = (world.town().await, world.town().await);
    let (teacher, coordinator) = (from.teacher().await, from.coordinator().await);
    let place = to.organisation("municipal").await;
    let application = from.submitted(&teacher).await;
    let door = format!("SELECT app.move_own({}, {place})", to.id);
    assert_eq!(teacher.sql().await.probe(&door).await, denied());
    let rejected = application.update("status = 'rejected', rejection = 'по причине'");
    assert_eq!(coordinator.sql().await.run(&rejected).await, Ok(1));
    assert_eq!(teacher.sql().await.probe(&door).await, denied());
    let typed = typed(&teacher, &to, place).await;
    let saved = world
        .app()
        .save_profile(teacher.as_person(), Which::InUse(None), &typed, true)
        .await;
    assert!(saved.is_err(), "moved to the place of an application");
    assert_eq!(
        tenant_of(&world, "membership", teacher.membership).await,
        from.id
    );
}

/// What was submitted before a transfer stays where it was, and binds all the same.
#[tokio::test]
async fn r_acc_7_a_transfer_forgets_no_submission() {
    let world = World::shared().await;
    let two = two(&world).await;
    let (from, to, teacher) = (&two.from, &two.to, &two.teacher);
    let last = from.submitted(teacher).await;
    let rejected = last.update("status = 'rejected', rejection = 'по причине'");
    assert_eq!(two.giving.sql().await.run(&rejected).await, Ok(1));
    let id = ask(&two.giving, to, two.what().await).await.unwrap();
    let moved = agree(&two.taking, id, &two.place().await, &world).await;
    assert!(moved.unwrap());

    let mut there = teacher.clone();
    there.actor.tenant = Some(TenantId(to.id));
    there.actor.organisation = None;
    let back = format!("SELECT app.move_own({}, NULL)", from.id);
    assert_eq!(there.sql().await.probe(&back).await, denied());
    let typed = typed(teacher, from, teacher.organisation.unwrap()).await;
    let saved = world
        .app()
        .save_profile(there.as_person(), Which::InUse(None), &typed, true)
        .await;
    assert!(saved.is_err(), "moved by itself after a transfer");
    assert_eq!(
        tenant_of(&world, "membership", teacher.membership).await,
        to.id
    );
}

#[tokio::test]
async fn r_acc_7_no_other_way_to_move() {
    let world = World::shared().await;
    let (from, to, suspended) = (world.town().await, world.town().await, world.town().await);
    let (teacher, another) = (from.teacher().await, from.teacher().await);
    let (place, closed) = (
        to.organisation("municipal").await,
        suspended.organisation("municipal").await,
    );
    let mut sql = world.superuser().await;
    let (here, there) = (from.id, to.id);
    sql.script(&format!(
        "UPDATE app.municipality SET status = 'suspended' WHERE id = {}",
        suspended.id
    ))
    .await;
    let mut probes = 0;
    let mut sql = teacher.sql().await;
    for statement in [
        format!("SELECT app.move_own({}, {closed})", suspended.id),
        format!("SELECT app.move_own({there}, {closed})"),
        format!(
            "SELECT app.move_own({there}, {})",
            another.organisation.unwrap()
        ),
        format!(
            "SELECT app.move_own({here}, {})",
            teacher.organisation.unwrap()
        ),
        "SELECT app.move_own(0, NULL)".to_owned(),
        format!(
            "SELECT app.move_people({here}, {there}, ARRAY[{}], {place}, 'x')",
            teacher.membership
        ),
        format!(
            "SELECT app.move_organisation({here}, {there}, {})",
            teacher.organisation.unwrap()
        ),
        format!(
            "SELECT app.leave_final({here}, ARRAY[{}])",
            teacher.membership
        ),
        format!("SELECT app.follow_cases({here}, {there}, '{{}}')"),
        format!(
            "SELECT app.merge_municipality('{}', '{}', true)",
            from.slug, to.slug
        ),
        format!(
            "UPDATE app.membership SET tenant_id = {there} WHERE id = {}",
            teacher.membership
        ),
        "SET ROLE attest_mover".to_owned(),
    ] {
        probes += 1;
        assert_eq!(sql.probe(&statement).await, denied(), "{statement}");
    }
    // Naming the municipalities in hand opens nothing to anybody but the mover.
    sql.set("moving", &format!("{{{here},{there}}}")).await;
    let foreign = format!("SELECT 1 FROM app.membership WHERE tenant_id = {there}");
    assert_eq!(sql.probe(&foreign).await, Ok(0));
    // Another's membership in the context is not the caller's.
    sql.set("membership", &another.membership.to_string()).await;
    let door = format!("SELECT app.move_own({there}, {place})");
    assert_eq!(sql.probe(&door).await, denied());
    let people = [
        from.coordinator().await,
        from.school(teacher.organisation.unwrap()).await,
        from.expert().await,
        world.operator().await,
        world.admin().await,
    ];
    for person in &people {
        probes += 1;
        assert_eq!(
            person.sql().await.probe(&door).await,
            denied(),
            "{:?}",
            person.role
        );
    }
    println!("R-ACC-7: {probes} forged moves refused");
}

//! Routes and moves of an application in the database (R-ROUTE-1…6): the table of moves, the
//! route the trigger computes, and what hostile statements of a runtime role are answered.

use std::collections::BTreeSet;

use domain::{life, reference::Procedure, role::Role, routing};
use tests::{Login, Person, World, sql::Refused};

fn refused<T>() -> Result<T, Refused> {
    Err(Refused(Refused::PRIVILEGE.to_owned()))
}

#[tokio::test]
async fn r_route_5_the_moves_are_the_domains() {
    let world = World::shared().await;
    let rows: Vec<String> = world
        .superuser()
        .await
        .list("SELECT concat_ws(' ', from_status, to_status, route, role) FROM app.transition")
        .await;
    let database: BTreeSet<String> = rows.into_iter().collect();
    let domain: BTreeSet<String> = life::transitions()
        .into_iter()
        .map(|(from, to, route, role)| {
            let route = route.map_or("none", |route| route.code());
            format!("{} {} {route} {}", from.code(), to.code(), role.code())
        })
        .collect();
    println!("R-ROUTE-5: {} moves", domain.len());
    assert_eq!(database, domain);
}

#[tokio::test]
async fn r_route_1_the_database_computes_the_domains_route() {
    let world = World::shared().await;
    let town = world.town().await;
    let mut combinations = 0;
    for procedure in Procedure::ALL {
        for (founder, routed) in [
            ("municipal", false),
            ("regional", false),
            ("industry", true),
            ("private", false),
        ] {
            let organisation = town.organisation(founder).await;
            for coordinator in [None, Some("active"), Some("ended")] {
                let teacher = town.teacher_of(organisation).await;
                if let Some(state) = coordinator {
                    let cabinet = town.also(&teacher, Role::Municipal, None).await;
                    if state == "ended" {
                        end(&world, &cabinet).await;
                    }
                }
                let application = town.submitted_by(&teacher, procedure.code()).await;
                let expected = routing::route(procedure, routed, coordinator == Some("active"));
                let route: String = application.column(&town, "route").await;
                assert_eq!(
                    route,
                    expected.code(),
                    "{procedure:?} {founder} {coordinator:?}"
                );
                combinations += 1;
            }
        }
    }
    println!("R-ROUTE-1: {combinations} combinations");
    assert_eq!(combinations, 24);
}

async fn end(world: &World, cabinet: &Person) {
    let ended = world
        .superuser()
        .await
        .run(&format!(
            "UPDATE app.membership SET ended_at = now() WHERE id = {}",
            cabinet.membership
        ))
        .await;
    assert_eq!(ended, Ok(1));
}

#[tokio::test]
async fn r_app_7_the_term_is_thirty_days_of_the_region() {
    let world = World::shared().await;
    // Half past midnight of the 2nd in Tomsk is still the 1st in UTC.
    world.set_now("2026-12-01T17:30:00Z");
    let town = world.town().await;
    let application = town.submitted(&town.teacher().await).await;
    let due: String = application.column(&town, "due_on::text").await;
    assert_eq!(due, "2027-01-01");
}

#[tokio::test]
async fn r_route_5_nothing_is_born_registered() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let draft = town.draft(&teacher).await;
    let mut sql = teacher.sql().await;
    for (column, value) in [
        ("status", "'registered'"),
        ("route", "'municipal'"),
        ("submitted_at", "now()"),
        ("due_on", "'2030-01-01'"),
        ("registered_number", "1"),
        ("registered_on", "'2026-09-14'"),
    ] {
        let insert = format!(
            "INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, organisation_id, \
             {column}) SELECT tenant_id, gen_random_uuid(), card_id, account_id, membership_id, organisation_id, \
             {value} FROM app.application WHERE id = {}",
            draft.id
        );
        assert_eq!(sql.probe(&insert).await, refused(), "insert {column}");
        if column != "status" {
            let update = draft.update(&format!("{column} = {value}"));
            assert_eq!(sql.probe(&update).await, refused(), "update {column}");
        }
    }
}

#[tokio::test]
async fn r_route_3_a_coordinator_cannot_register_the_operators() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let application = town.submitted_by(&town.teacher().await, "simplified").await;
    let mut sql = coordinator.sql().await;
    for what in [
        "status = 'registered'",
        "status = 'registered', route = 'municipal'",
        "route = 'municipal'",
        "status = 'decided'",
        "status = 'withdrawn'",
    ] {
        assert_eq!(
            sql.probe(&application.update(what)).await,
            refused(),
            "{what}"
        );
    }
    // Claiming another role in the context does not help: the login says what it may be.
    sql.set("role", "operator").await;
    let claimed = sql
        .probe(&application.update("status = 'registered'"))
        .await;
    assert!(matches!(claimed, Ok(0) | Err(_)), "{claimed:?}");
    sql.set("role", "municipal").await;
    let number = format!("SELECT app.register_application({})", application.id);
    assert_eq!(sql.probe(&number).await, refused());
    // Rejecting it is the coordinator's right.
    assert_eq!(
        sql.probe(&application.update("status = 'rejected'")).await,
        Ok(1)
    );
    // Nor does the verb.
    let version = application.version(&town).await;
    let verb = world
        .app()
        .register(&coordinator, application.public_id, version)
        .await;
    assert!(matches!(verb, Err(app::Error::Forbidden)), "{verb:?}");
    let operator = world.operator().await;
    world
        .app()
        .register(&operator, application.public_id, version)
        .await
        .unwrap();
    assert_eq!(application.status(&town).await, "registered");
}

#[tokio::test]
async fn r_route_2_an_operator_cannot_register_the_coordinators() {
    let world = World::shared().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let application = town.submitted(&town.teacher().await).await;
    let mut sql = operator.sql_in(&town).await;
    for what in [
        "status = 'registered'",
        "status = 'rejected'",
        "route = 'operator'",
    ] {
        assert_eq!(
            sql.probe(&application.update(what)).await,
            refused(),
            "{what}"
        );
    }
    let version = application.version(&town).await;
    let verb = world
        .app()
        .register(&operator, application.public_id, version)
        .await;
    assert!(matches!(verb, Err(app::Error::Forbidden)), "{verb:?}");
}

#[tokio::test]
async fn r_route_6_nobody_registers_its_own() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    // Submitted before its author became the coordinator: the route is still municipal.
    let application = town.submitted(&teacher).await;
    let coordinator = town.also(&teacher, Role::Municipal, None).await;
    let mut sql = coordinator.sql().await;
    for status in ["registered", "rejected"] {
        let update = application.update(&format!("status = '{status}'"));
        assert_eq!(sql.probe(&update).await, refused(), "{status}");
    }
    let version = application.version(&town).await;
    let verb = world
        .app()
        .register(&coordinator, application.public_id, version)
        .await;
    assert!(matches!(verb, Err(app::Error::Forbidden)), "{verb:?}");
    assert_eq!(application.status(&town).await, "under_review");
}

#[tokio::test]
async fn a_teacher_makes_only_its_own_moves() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let application = town.submitted(&teacher).await;
    let mut sql = teacher.sql().await;
    for status in [
        "draft",
        "formed",
        "registered",
        "rejected",
        "withdrawn",
        "decided",
    ] {
        let update = application.update(&format!("status = '{status}'"));
        assert_eq!(sql.probe(&update).await, refused(), "{status}");
    }
    // R-APP-3: what was submitted does not change.
    for what in [
        "category = 'highest'",
        "procedure = 'simplified'",
        "surname = 'Петрова'",
        "organisation_id = organisation_id + 1",
        "edition = 2",
    ] {
        assert_eq!(
            sql.probe(&application.update(what)).await,
            refused(),
            "{what}"
        );
    }
}

#[tokio::test]
async fn r_app_5_registered_means_a_line_in_the_journal() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let application = town.submitted(&town.teacher().await).await;
    let mut sql = coordinator.sql().await;
    // The status alone: refused at commit.
    let alone = sql.run(&application.update("status = 'registered'")).await;
    assert_eq!(alone, refused());
    assert_eq!(application.status(&town).await, "under_review");
    // The number alone: refused at once, for the status is not there.
    let number = format!("SELECT app.register_application({})", application.id);
    assert_eq!(sql.run(&number).await, refused());
}

#[tokio::test]
async fn nobody_else_moves_an_application() {
    let world = World::shared().await;
    let town = world.town().await;
    let application = town.submitted(&town.teacher().await).await;
    for login in [
        Login::Expert,
        Login::Admin,
        Login::Worker,
        Login::Auth,
        Login::Public,
    ] {
        let mut sql = world.login(login).await;
        sql.set("tenant", &town.id.to_string()).await;
        sql.set("role", "municipal").await;
        let moved = sql
            .probe(&application.update("status = 'registered'"))
            .await;
        assert_eq!(moved, refused(), "{login:?}");
    }
}

//! The logs cannot be rewritten (R-AUD-1, SEC-80): not by a runtime role, not by the owner.

use tests::{Login, World, sql::Refused};

fn refused() -> Result<u64, Refused> {
    Err(Refused(Refused::PRIVILEGE.to_owned()))
}

#[tokio::test]
async fn sec_80_audit_and_history_are_append_only() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    town.registered(&town.teacher().await, &coordinator).await;
    for table in ["audit_event", "application_event"] {
        let statements = [
            format!("UPDATE app.{table} SET act = 'x.y'"),
            format!("DELETE FROM app.{table}"),
            format!("TRUNCATE app.{table} CASCADE"),
        ];
        for login in Login::RUNTIME {
            let mut sql = world.login(login).await;
            for statement in &statements {
                assert_eq!(
                    sql.probe(statement).await,
                    refused(),
                    "{login:?}: {statement}"
                );
            }
        }
        let mut sql = coordinator.sql().await;
        for statement in &statements {
            assert_eq!(sql.probe(statement).await, refused(), "{statement}");
        }
    }
}

/// Not even whoever owns the tables or the cluster, without taking the trigger away first.
#[tokio::test]
async fn sec_80_the_trigger_stops_the_owner() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    town.registered(&town.teacher().await, &coordinator).await;
    let mut sql = world.superuser().await;
    for statement in [
        "UPDATE app.audit_event SET act = 'x.y'",
        "DELETE FROM app.audit_event",
        "TRUNCATE app.audit_event",
        "UPDATE app.application_event SET words = 'x'",
        "DELETE FROM app.application_event",
        "DELETE FROM app.registration",
    ] {
        assert_eq!(sql.probe(statement).await, refused(), "{statement}");
    }
}

#[tokio::test]
async fn nobody_signs_the_audit_for_another() {
    let world = World::shared().await;
    let town = world.town().await;
    let (coordinator, teacher) = (town.coordinator().await, town.teacher().await);
    let elsewhere = world.town().await;
    let mut sql = coordinator.sql().await;
    let insert = |tenant: i32, account: i64| {
        format!(
            "INSERT INTO app.audit_event (tenant_id, account_id, role, act) \
             VALUES ({tenant}, {account}, 'municipal', 'test.forged')"
        )
    };
    let own = sql.probe(&insert(town.id, coordinator.account.0)).await;
    assert_eq!(own, Ok(1));
    let other = sql.probe(&insert(town.id, teacher.account.0)).await;
    assert_eq!(other, refused());
    let abroad = sql
        .probe(&insert(elsewhere.id, coordinator.account.0))
        .await;
    assert_eq!(abroad, refused());
    let when = "INSERT INTO app.audit_event (at, account_id, role, act) VALUES (now(), 1, 'municipal', 'test.forged')";
    assert_eq!(sql.probe(when).await, refused());
}

/// A verb leaves its line in the same transaction: done once, audited once.
#[tokio::test]
async fn what_is_done_is_audited_and_what_is_not_is_not() {
    let world = World::shared().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let application = town.submitted(&town.teacher().await).await;
    let lines = async || -> i64 {
        let mut sql = world.superuser().await;
        sql.value(&format!(
            "SELECT count(*) FROM app.audit_event WHERE tenant_id = {} AND act = 'application.register' \
             AND object_id = {} AND account_id = {} AND outcome = 'done'",
            town.id, application.id, coordinator.account.0
        ))
        .await
        .unwrap()
    };
    let version = application.version(&town).await;
    let stale = world
        .app()
        .register(&coordinator, application.public_id, version - 1)
        .await;
    assert!(matches!(stale, Err(app::Error::Stale)), "{stale:?}");
    assert_eq!(lines().await, 0);
    world
        .app()
        .register(&coordinator, application.public_id, version)
        .await
        .unwrap();
    assert_eq!(lines().await, 1);
    assert_eq!(
        application
            .count(&town, "application_event", "act = 'application.register'")
            .await,
        1
    );
    assert_eq!(
        application
            .count(&town, "letter", "kind = 'registered'")
            .await,
        1
    );
}

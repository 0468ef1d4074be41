//! What holds of orders whatever the pages do: the database keeps status and decision together, and
//! nobody but the operator records any.

use super::*;

/// The database alone: no status without its decision, no decision of what was not ready.
#[tokio::test]
async fn r_ord_1_the_database_holds_status_and_decision_together() {
    let world = World::own().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let simple = simplified(&town, &town.teacher().await, &operator).await;
    let waiting = town
        .registered(&town.teacher().await, &town.coordinator().await)
        .await;
    let mut sql = operator.sql_in(&town).await;
    let refused = || Err(Refused(Refused::PRIVILEGE.to_owned()));
    let decided = simple.update("status = 'decided'");
    assert_eq!(sql.run(&decided).await, refused(), "without a decision");
    sql.run(&format!(
        "INSERT INTO app.order (public_id, number, date, s3_key, file_name, size, sha256) \
         VALUES ('{}', '1', '2026-09-14', 'r/1', '1.pdf', 1, '\\x00')",
        Uuid::now_v7()
    ))
    .await
    .unwrap();
    let insert = |application: &Application, category: &str| {
        format!(
            "INSERT INTO app.decision (tenant_id, application_id, order_id, granted, category) \
             SELECT {}, {}, id, true, '{category}' FROM app.order",
            application.tenant, application.id
        )
    };
    assert_eq!(
        sql.run(&insert(&simple, "first")).await,
        refused(),
        "not decided yet"
    );
    sql.run("BEGIN").await.unwrap();
    sql.run(&waiting.update("status = 'decided'"))
        .await
        .unwrap();
    assert_eq!(
        sql.run(&insert(&waiting, "first")).await,
        refused(),
        "not ready"
    );
    sql.run("ROLLBACK").await.unwrap();
    sql.run("BEGIN").await.unwrap();
    sql.run(&decided).await.unwrap();
    sql.run("SAVEPOINT s").await.unwrap();
    assert_eq!(
        sql.run(&insert(&simple, "highest")).await,
        refused(),
        "another category"
    );
    sql.run("ROLLBACK TO s").await.unwrap();
    assert_eq!(sql.run(&insert(&simple, "first")).await, Ok(1));
    sql.run("COMMIT").await.unwrap();
    assert_eq!(simple.status(&town).await, "decided");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_ord_1_other_roles_record_nothing() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let operator = world.operator().await;
    let application = simplified(&town, &town.teacher().await, &operator).await;
    let chosen = row(&town, &application).await;
    let organisation = town.organisation("municipal").await;
    for person in [
        town.teacher().await,
        town.school(organisation).await,
        town.coordinator().await,
        town.expert().await,
        world.admin().await,
    ] {
        let browser = site.browser_of(&person).await;
        let token = crate::pages::token(&browser, person.role.home()).await;
        let fields: Vec<(String, String)> = [
            ("_csrf", token.as_str()),
            ("number", "1"),
            ("date", "14.09.2026"),
            (&chosen, "granted"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let page = browser.upload(ORDERS, &fields, &[pdf()]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{:?}", person.role);
        assert_eq!(browser.get(ORDERS).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(application.status(&town).await, "registered");
    let mut sql = world.superuser().await;
    let orders: i64 = sql.value("SELECT count(*) FROM app.order").await.unwrap();
    assert_eq!(orders, 0);
}

//! The regional journal (R-APP-5): numbers without holes, dates that never go back, a chain
//! of hashes, and no other way in than the definer's functions. Each test has its own region.

use sqlx::Row as _;
use tests::{Login, Session, Town, World, sql::Refused};

/// What is wrong with the journal of a region, in words; nothing if nothing is.
pub async fn faults(sql: &mut Session) -> Vec<String> {
    let lines = sql
        .rows(
            "SELECT year, line, kind, number, hash = sha256(previous || convert_to(jsonb_build_array(year, line, \
               kind, number, date, of_line, tenant_id, encode(digest, 'hex'))::text, 'UTF8')) AS hashed, \
             digest = sha256(convert_to(jsonb_build_array(salt, person, position, organisation)::text, 'UTF8')) \
               OR (person || position || organisation = '' AND destroyed_by <> '') \
               OR (person || position || organisation || registered_by = '' AND EXISTS (SELECT FROM app.municipality m \
                 WHERE m.id = tenant_id AND m.status = 'removed')) AS digested, \
             previous = coalesce(lag(hash) OVER (PARTITION BY year ORDER BY line), '\\x') AS chained, \
             coalesce(date >= lag(date) OVER (PARTITION BY year ORDER BY line), true) AS ordered, \
             row_number() OVER (PARTITION BY year ORDER BY line) = line AS whole, \
             kind = 'correction' OR number = count(number) OVER (PARTITION BY year ORDER BY line) AS numbered \
             FROM app.registration ORDER BY year, line",
        )
        .await
        .unwrap();
    let mut faults = Vec::new();
    for line in lines {
        for check in [
            "hashed", "digested", "chained", "ordered", "whole", "numbered",
        ] {
            if !line.get::<bool, _>(check) {
                let (year, number): (i32, i32) = (line.get("year"), line.get("line"));
                faults.push(format!("{year}/{number} is not {check}"));
            }
        }
    }
    faults
}

async fn registered(town: &Town, count: usize) {
    let coordinator = town.coordinator().await;
    for _ in 0..count {
        town.registered(&town.teacher().await, &coordinator).await;
    }
}

#[tokio::test]
async fn a_changed_line_is_seen() {
    let world = World::own().await;
    registered(&world.town().await, 3).await;
    let mut sql = world.superuser().await;
    assert_eq!(faults(&mut sql).await, Vec::<String>::new());
    for (change, fault) in [
        (
            "UPDATE app.registration SET person = 'Другая' WHERE line = 2",
            "2026/2 is not digested",
        ),
        (
            "UPDATE app.registration SET date = date + 1 WHERE line = 2",
            "2026/2 is not hashed",
        ),
        (
            "UPDATE app.registration SET previous = '\\x00' WHERE line = 3",
            "2026/3 is not chained",
        ),
        (
            "UPDATE app.registration SET number = 9 WHERE line = 3",
            "2026/3 is not numbered",
        ),
    ] {
        sql.run("BEGIN").await.unwrap();
        sql.run(change).await.unwrap();
        let found = faults(&mut sql).await;
        assert!(
            found.iter().any(|found| found == fault),
            "{change}: {found:?}"
        );
        sql.run("ROLLBACK").await.unwrap();
    }
}

#[tokio::test]
async fn a_year_begins_at_one_in_the_regions_zone() {
    let world = World::own().await;
    let town = world.town().await;
    world.set_now("2026-12-31T16:59:59Z");
    registered(&town, 2).await;
    // A second later it is 2027 in Tomsk, 2026 in UTC.
    world.set_now("2026-12-31T17:00:00Z");
    registered(&town, 1).await;
    let mut sql = world.superuser().await;
    let lines: Vec<String> = sql
        .list("SELECT concat_ws(' ', year, number, date) FROM app.registration ORDER BY year, line")
        .await;
    assert_eq!(
        lines,
        [
            "2026 1 2026-12-31",
            "2026 2 2026-12-31",
            "2027 1 2027-01-01"
        ]
    );
    assert_eq!(faults(&mut sql).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_date_is_never_before_the_last() {
    let world = World::own().await;
    let town = world.town().await;
    registered(&town, 1).await;
    world.set_now("2026-09-10T03:00:00Z");
    registered(&town, 1).await;
    let dates: Vec<String> = world
        .superuser()
        .await
        .list("SELECT date::text FROM app.registration ORDER BY line")
        .await;
    assert_eq!(dates, ["2026-09-14", "2026-09-14"]);
}

#[tokio::test]
async fn a_correction_is_a_line_without_a_number() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let application = town.registered(&town.teacher().await, &coordinator).await;
    let correct = format!("SELECT app.correct_journal({}, 'отозвано')", application.id);
    let refused = Err(Refused(Refused::PRIVILEGE.to_owned()));
    let mut sql = coordinator.sql().await;
    assert_eq!(sql.run(&correct).await, refused, "still registered");
    assert_eq!(
        sql.run(&application.update("status = 'withdrawn'")).await,
        Ok(1)
    );
    let mut other = world.town().await.coordinator().await.sql().await;
    assert_eq!(other.run(&correct).await, refused, "another municipality");
    sql.run(&correct).await.unwrap();
    assert_eq!(sql.run(&correct).await, refused, "once is enough");
    registered(&town, 1).await;
    let mut sql = world.superuser().await;
    let lines: Vec<String> = sql
        .list(
            "SELECT concat_ws(' ', line, kind, coalesce(number::text, '-'), coalesce(of_line::text, '-')) \
             FROM app.registration ORDER BY line",
        )
        .await;
    assert_eq!(lines, ["1 entry 1 -", "2 correction - 1", "3 entry 2 -"]);
    assert_eq!(faults(&mut sql).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_registration_that_fails_leaves_no_hole() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let application = town.submitted(&town.teacher().await).await;
    let mut sql = coordinator.sql().await;
    sql.run("BEGIN").await.unwrap();
    sql.run(&application.update("status = 'registered'"))
        .await
        .unwrap();
    let number: i32 = sql
        .value(&format!(
            "SELECT number FROM app.register_application({})",
            application.id
        ))
        .await
        .unwrap();
    assert_eq!(number, 1);
    sql.run("ROLLBACK").await.unwrap();
    registered(&town, 1).await;
    let mut sql = world.superuser().await;
    let numbers: Vec<i32> = sql.list("SELECT number FROM app.registration").await;
    assert_eq!(numbers, [1]);
}

#[tokio::test]
async fn nobody_writes_the_journal_past_its_functions() {
    let world = World::own().await;
    let town = world.town().await;
    registered(&town, 1).await;
    let people = [
        town.coordinator().await,
        town.teacher().await,
        town.expert().await,
        world.operator().await,
        world.admin().await,
    ];
    let mut sessions = Vec::new();
    for person in &people {
        sessions.push(person.sql_in(&town).await);
    }
    for login in [Login::Worker, Login::Auth, Login::Public] {
        let mut session = world.login(login).await;
        session.set("tenant", &town.id.to_string()).await;
        sessions.push(session);
    }
    let refused = Err(Refused(Refused::PRIVILEGE.to_owned()));
    for sql in &mut sessions {
        for statement in [
            "INSERT INTO app.registration (tenant_id, year, line) VALUES (1, 2026, 9)",
            "UPDATE app.registration SET number = 7",
            "UPDATE app.registration SET person = ''",
            "DELETE FROM app.registration",
            "TRUNCATE app.registration",
            "SELECT * FROM app.journal_counter",
            "INSERT INTO app.journal_counter (year) VALUES (2030)",
            "UPDATE app.journal_counter SET last_number = 100",
            "DELETE FROM app.journal_counter",
            "SELECT app.append_journal(a, 'entry', NULL, '', '') FROM app.application a",
            "SET ROLE attest_definer",
            "SET ROLE attest_owner",
        ] {
            assert_eq!(
                sql.probe(statement).await,
                refused,
                "{:?}: {statement}",
                sql.login
            );
        }
    }
    // The owner of the tables is bound too: FORCE hides the rows from it, the trigger the rest.
    let mut owner = world.superuser().await;
    owner.run("SET ROLE attest_owner").await.unwrap();
    assert_eq!(owner.probe("DELETE FROM app.registration").await, Ok(0));
    assert_eq!(
        owner.probe("UPDATE app.registration SET number = 7").await,
        Ok(0)
    );
}

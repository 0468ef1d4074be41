//! The journal under kills (R-APP-5): ten thousand registrations by a process that is killed
//! twenty times are 1…10,000 exactly, and the chain holds.

use std::{collections::VecDeque, sync::Arc};

use domain::actor::Actor;
use serde_json::{Value, json};
use tests::{Login, Session, World};
use tokio::{sync::Mutex, task::JoinSet};
use uuid::Uuid;

use super::{jitter, settle, start};
use crate::journal::faults;

const REGISTRATIONS: i64 = 10_000;
const KILLS: i64 = 20;

/// Who register at once in one process.
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_app_5_ten_thousand_registrations_survive_twenty_kills() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let application = town.submitted(&town.teacher().await).await;
    let mut sql = world.login(Login::Superuser).await;
    // The same teacher's application again and again: making each by the verbs is not what is
    // tested here.
    let application_columns = columns(&mut sql, "application").await;
    let card_columns = columns(&mut sql, "card").await;
    sql.script(&format!(
        "SET session_replication_role = replica;
         INSERT INTO app.card (id, public_id, {card_columns}) OVERRIDING SYSTEM VALUE
           SELECT id + n, gen_random_uuid(), {card_columns} FROM app.card, generate_series(1, {REGISTRATIONS} - 1) n
           WHERE id = (SELECT card_id FROM app.application WHERE id = {0});
         INSERT INTO app.application (public_id, card_id, {application_columns})
           SELECT gen_random_uuid(), card_id + n, {application_columns}
           FROM app.application a, generate_series(1, {REGISTRATIONS} - 1) n WHERE a.id = {0};
         SET session_replication_role = origin;
         ANALYZE app.application;",
        application.id
    ))
    .await;
    let work = json!({ "database": world.database(), "coordinator": coordinator.actor });
    let numbered = "SELECT count(*) FROM app.registration";
    for kill in 1..=KILLS {
        let mut child = start("kill::journal::child", &work);
        let until = kill * REGISTRATIONS / (KILLS + 1);
        while sql.value::<i64>(numbered).await.unwrap() < until {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        tokio::time::sleep(jitter()).await;
        child.kill().unwrap();
        child.wait().unwrap();
        settle(&mut sql).await;
    }
    let mut last = start("kill::journal::child", &work);
    assert!(last.wait().unwrap().success());

    let numbers: Vec<i32> = sql
        .list("SELECT number FROM app.registration ORDER BY year, line")
        .await;
    let expected: Vec<i32> = (1..=10_000).collect();
    assert!(numbers == expected, "{} numbers", numbers.len());
    assert_eq!(faults(&mut sql).await, Vec::<String>::new());
    for (what, query) in [
        (
            "events",
            "SELECT count(DISTINCT application_id) * 100000 + count(*) FROM app.application_event WHERE act = 'application.register'",
        ),
        (
            "audit",
            "SELECT count(DISTINCT object_id) * 100000 + count(*) FROM app.audit_event WHERE act = 'application.register'",
        ),
        (
            "letters",
            "SELECT count(DISTINCT application_id) * 100000 + count(*) FROM app.letter WHERE kind = 'registered'",
        ),
    ] {
        let counted: i64 = sql.value(query).await.unwrap();
        assert_eq!(counted, REGISTRATIONS * 100_001, "{what}: one for each");
    }
    println!("R-APP-5: {REGISTRATIONS} registrations, {KILLS} kills");
}

/// The columns a copy of a row has in common with it.
async fn columns(sql: &mut Session, table: &str) -> String {
    sql.value(&format!(
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
         WHERE attrelid = 'app.{table}'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped
           AND attname NOT IN ('id', 'public_id', 'card_id')"
    ))
    .await
    .unwrap()
}

/// Not a test: the process the test above kills. Without work it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the process another test starts and kills"]
async fn child() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let Ok(work) = serde_json::from_str::<Value>(&line) else {
        return;
    };
    let world = World::bare(work["database"].as_str().unwrap()).await;
    let coordinator: Actor = serde_json::from_value(work["coordinator"].clone()).unwrap();
    let waiting: Vec<Uuid> = world
        .superuser()
        .await
        .list("SELECT public_id FROM app.application WHERE status = 'under_review' ORDER BY id")
        .await;
    let waiting = Arc::new(Mutex::new(VecDeque::from(waiting)));
    println!("begin");
    let mut registrars = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (app, coordinator, waiting) =
            (world.app().clone(), coordinator.clone(), waiting.clone());
        registrars.spawn(async move {
            loop {
                let next = waiting.lock().await.pop_front();
                let Some(id) = next else { return };
                // Formed, submitted: version 3.
                app.register(&coordinator, id, 3).await.unwrap();
            }
        });
    }
    while let Some(ended) = registrars.join_next().await {
        ended.unwrap();
    }
}

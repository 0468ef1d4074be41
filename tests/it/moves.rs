//! Rows that change their municipality (R-ACC-7): a teacher before its first submission, what
//! both coordinators agreed to, a merge. What moves moves whole, what is final stays.

mod merge;
mod organisation;
mod own;
mod pages;
mod transfer;

use std::collections::BTreeMap;

use app::transfers::What;
use tests::{Person, Town, World, sql::Refused};
use uuid::Uuid;

/// The public id of a row of `app.{table}`.
async fn public_id(world: &World, table: &str, id: i64) -> Uuid {
    let mut sql = world.superuser().await;
    let query = format!("SELECT public_id FROM app.{table} WHERE id = {id}");
    sql.value(&query).await.unwrap()
}

/// The municipality a row stands in.
async fn tenant_of(world: &World, table: &str, id: i64) -> i32 {
    let mut sql = world.superuser().await;
    let query = format!("SELECT tenant_id FROM app.{table} WHERE id = {id}");
    sql.value(&query).await.unwrap()
}

/// How many rows hang on an application, by table and municipality. Every table there is.
async fn hanging(world: &World, application: i64) -> BTreeMap<(String, i32), i64> {
    let mut sql = world.superuser().await;
    let tables: Vec<String> = sql
        .list(
            "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND a.attname = 'application_id'",
        )
        .await;
    let mut found = BTreeMap::new();
    for table in tables {
        let query = format!(
            "SELECT DISTINCT tenant_id FROM app.{table} WHERE application_id = {application}"
        );
        for tenant in sql.list::<i32>(&query).await {
            let query = format!(
                "SELECT count(*) FROM app.{table} WHERE application_id = {application} AND tenant_id = {tenant}"
            );
            found.insert((table.clone(), tenant), sql.value(&query).await.unwrap());
        }
    }
    found
}

/// The municipality's id in forms.
async fn town_id(town: &Town) -> String {
    let mut sql = town.world().superuser().await;
    let query = format!(
        "SELECT public_id FROM app.municipality WHERE id = {}",
        town.id
    );
    sql.value::<Uuid>(&query).await.unwrap().to_string()
}

/// Asks as the coordinator of `from` for what goes to `to`; the request's id.
async fn ask(from: &Person, to: &Town, what: What) -> app::Result<Uuid> {
    let world = to.world();
    world
        .app()
        .ask_transfer(from, what, &town_id(to).await, "Переезд")
        .await?;
    let newest = "SELECT public_id FROM app.transfer WHERE tenant_id = ";
    let here = from.tenant.unwrap().0;
    let query = format!("{newest}{here} ORDER BY id DESC LIMIT 1");
    Ok(world.superuser().await.value(&query).await.unwrap())
}

/// The version of a request now.
async fn version(world: &World, id: Uuid) -> i32 {
    let query = format!("SELECT version FROM app.transfer WHERE public_id = '{id}'");
    world.superuser().await.value(&query).await.unwrap()
}

/// Agrees as the coordinator of the side that takes, to work in `place`; whether it moved.
async fn agree(to: &Person, id: Uuid, place: &str, world: &World) -> app::Result<bool> {
    let version = version(world, id).await;
    world.app().agree_transfer(to, id, version, place).await
}

fn denied<T>() -> Result<T, Refused> {
    Err(Refused(Refused::PRIVILEGE.to_owned()))
}

/// Every table of a municipality moves by its application, or is one of these: a new table that
/// is neither would be left behind.
#[tokio::test]
async fn transfer_and_merge_know_every_table() {
    // By name in migrations/0011 and 0014; the journal stays, and so do requests for transfers.
    // An export stays with its job: it is of the municipality it was asked for, its file lies
    // under that one's number, and removing that one is what it is for. A signed schedule is the
    // paper of the municipality that signed it. What a teacher was offered to delete is deleted: it
    // is offered anew where the teacher has come to.
    const NAMED: &[&str] = &[
        "application",
        "card",
        "deletion",
        "handover",
        "handover_row",
        "invitation",
        "job",
        "letter",
        "membership",
        "municipal_schedule",
        "municipality_export",
        "organisation",
        "organisation_request",
        "transfer",
    ];
    let world = World::shared().await;
    let mut sql = world.superuser().await;
    let all: Vec<String> = sql
        .list(
            "SELECT c.relname::text FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid \
             WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') \
               AND t.attname = 'tenant_id' AND t.attnotnull",
        )
        .await;
    let by_case: Vec<String> = sql
        .list(
            "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             WHERE c.relnamespace = 'app'::regnamespace AND a.attname = 'application_id'",
        )
        .await;
    let forgotten: Vec<_> = all
        .iter()
        .filter(|table| !by_case.contains(table) && !NAMED.contains(&table.as_str()))
        .collect();
    println!(
        "{} tables, {} follow their application",
        all.len(),
        by_case.len()
    );
    assert!(by_case.len() > 12, "the catalogue was not read");
    assert!(forgotten.is_empty(), "who moves these? {forgotten:?}");
    // Whatever names a person, a card or an organisation by a key of its own moves by name.
    let referring: Vec<String> = sql
        .list(
            "SELECT DISTINCT c.relname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
             WHERE k.contype = 'f' AND k.confrelid IN ('app.membership'::regclass, 'app.card'::regclass, \
               'app.organisation'::regclass, 'app.invitation'::regclass)",
        )
        .await;
    let strange: Vec<_> = referring
        .iter()
        .filter(|table| !NAMED.contains(&table.as_str()) && *table != "assignment")
        .collect();
    assert!(strange.is_empty(), "who repoints these? {strange:?}");
    // The mover may move each.
    let lacking: Vec<String> = sql
        .list(
            "SELECT c.relname::text FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid \
             WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND t.attname = 'tenant_id' \
               AND t.attnotnull AND c.relname <> 'registration' \
               AND NOT has_table_privilege('attest_mover', c.oid, 'UPDATE')",
        )
        .await;
    assert!(lacking.is_empty(), "{lacking:?}");
}

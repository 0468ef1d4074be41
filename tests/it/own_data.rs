//! «Мои данные» (SEC-87): an archive is everything that is kept about whoever asked, over all its
//! municipalities, with every document, and nothing about anybody else.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read as _},
};

use domain::{own_data::Column, role::Role};
use reqwest::StatusCode;
use serde_json::Value;
use tests::{Browser, Person, Session, World, paper::made};
use zip::ZipArchive;

use crate::print::{bring, pdf};

const PAGE: &str = "/profile/data";

/// The archive as its owner takes it.
async fn archive(browser: &Browser) -> ZipArchive<Cursor<Vec<u8>>> {
    let page = browser.get(PAGE).await;
    assert_eq!(page.heading(), "Мои данные", "{}", page.told());
    let pressed = browser.submit(&page, "Получить архив", &[]).await;
    let file = made(browser, &pressed, "Скачать (ZIP)").await;
    ZipArchive::new(Cursor::new(file)).unwrap()
}

fn text(archive: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> String {
    let mut text = String::new();
    let mut member = archive.by_name(name).unwrap();
    member.read_to_string(&mut text).unwrap();
    text
}

/// Rows of a table of a municipality in `data.json`.
fn rows<'a>(place: &'a Value, table: &str) -> &'a [Value] {
    place["tables"][table].as_array().map_or(&[], Vec::as_slice)
}

/// Every table that names an account or an application, whatever else it is.
async fn about_people(sql: &mut Session) -> BTreeSet<String> {
    let tables: Vec<String> = sql
        .list(
            "SELECT DISTINCT c.relname::text FROM pg_class c
             JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant_id' AND t.attnotnull
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('account_id', 'application_id')
             WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE 'audit%'",
        )
        .await;
    tables.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_87_a_person_takes_away_everything_that_is_kept_about_it() {
    let world = World::own().await;
    let (town, other) = (world.town().await, world.town().await);
    let coordinator = town.coordinator().await;
    let teacher = town.teacher().await;
    let own = town.registered(&teacher, &coordinator).await;
    let stranger = town.teacher().await;
    town.registered(&stranger, &coordinator).await;
    bring(&town, &own, "results_table", "", pdf(&["own-scan"])).await;
    let mut sql = world.superuser().await;
    let mark = |person: &Person, name: &str| {
        format!(
            "UPDATE app.membership SET patronymic = '{name}' WHERE account_id = {account};
             UPDATE app.application SET patronymic = '{name}' WHERE account_id = {account};",
            account = person.account.0
        )
    };
    sql.script(&mark(&teacher, "Своевна")).await;
    sql.script(&mark(&stranger, "Чужаковна")).await;
    // Left behind where the person has no cabinet any more.
    let left = world.town().await;
    sql.script(&format!(
        "INSERT INTO app.letter (tenant_id, public_id, account_id, kind) \
         VALUES ({}, gen_random_uuid(), {}, 'not_applied')",
        left.id, teacher.account.0
    ))
    .await;
    let _worker = world.worker();
    let site = world.serve().await;
    let browser = site.browser_of(&teacher).await;
    let elsewhere = other.also(&teacher, Role::Expert, None).await;
    let mut archive = archive(&browser).await;

    let data: Value = serde_json::from_str(&text(&mut archive, "data.json")).unwrap();
    let places = data["municipalities"].as_array().unwrap();
    assert_eq!(places.len(), 3, "{places:#?}");
    assert_eq!(rows(&places[2], "letter").len(), 1, "a letter left behind");
    for colleague in ["by_account", "expert_account_id"] {
        assert!(!data.to_string().contains(colleague), "{colleague}");
    }
    let here = &places[usize::from(town.id > other.id)];
    let there = &places[usize::from(town.id < other.id)];
    // Row for row what the database has.
    let known: BTreeSet<&str> = db::catalogue::NOT_OWN
        .iter()
        .map(|(table, _)| *table)
        .collect();
    let mut told = 0;
    for table in about_people(&mut sql).await {
        let by_case = "application_id IN (SELECT id FROM app.application WHERE account_id = $1)";
        let owned = match table.as_str() {
            "application"
            | "card"
            | "deletion"
            | "letter"
            | "membership"
            | "organisation_request"
            | "transfer" => "account_id = $1",
            _ => by_case,
        }
        .replace("$1", &teacher.account.0.to_string());
        let expected: i64 = sql
            .value(&format!(
                "SELECT count(*) FROM app.{table} WHERE tenant_id = {} AND {owned}",
                town.id
            ))
            .await
            .unwrap();
        let given = rows(here, &table).len();
        if known.contains(table.as_str()) {
            assert_eq!(given, 0, "{table}");
        } else {
            assert_eq!(i64::try_from(given).unwrap(), expected, "{table}");
            told += given;
        }
    }
    assert!(told >= 8, "next to nothing was compared: {told}");
    println!("SEC-87: {told} rows of one teacher compared");
    assert_eq!(rows(there, "membership").len(), 1);
    assert_eq!(rows(there, "membership")[0]["role"], "expert");
    assert_eq!(data["account"]["account"][0]["login"], elsewhere.login);

    // Documents, byte for byte.
    let documents: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .filter(|name| name.starts_with("Документы/"))
        .collect();
    let brought = documents.iter().find(|name| name.ends_with(" файл.pdf"));
    let mut bytes = Vec::new();
    let brought = brought.unwrap_or_else(|| panic!("{documents:?}"));
    let mut member = archive.by_name(brought).unwrap();
    member.read_to_end(&mut bytes).unwrap();
    drop(member);
    assert_eq!(bytes, pdf(&["own-scan"]));

    // What a person reads, and nothing of anybody else anywhere.
    let page = text(&mut archive, "Мои данные.html");
    for words in [
        "Своевна",
        "Кабинеты",
        "Заявления",
        "зарегистрировано",
        "Согласия",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let all = format!("{page}{data}");
    for secret in [
        "Чужаковна",
        &stranger.login,
        "argon2",
        "password",
        "sha256_",
    ] {
        assert!(!all.contains(secret), "{secret}");
    }
    let audited: Vec<String> = sql
        .list("SELECT act FROM app.audit_event WHERE act = 'account.own_data'")
        .await;
    assert_eq!(audited.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_87_every_column_a_person_may_read_has_a_name() {
    let world = World::shared().await;
    let mut sql = world.superuser().await;
    let columns: Vec<String> = sql
        .list(
            "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped",
        )
        .await;
    let given = about_people(&mut sql).await;
    let except: BTreeSet<&str> = db::catalogue::NOT_OWN
        .iter()
        .map(|(table, _)| *table)
        .collect();
    let mut forgotten = Vec::new();
    let mut named = 0;
    for name in &columns {
        let (table, column) = name.split_once('.').unwrap();
        if !given.contains(table) || except.contains(table) {
            continue;
        }
        let machinery = db::catalogue::MACHINERY.contains(&column)
            || db::catalogue::SECRETS.contains(&(table, column));
        match domain::own_data::column(column) {
            Some(Column::Named(..)) => named += 1,
            Some(Column::Untold) => {}
            None if machinery => {}
            None => forgotten.push(name.clone()),
        }
        if domain::own_data::table(table).is_none() {
            forgotten.push(table.to_owned());
        }
    }
    assert!(named > 60, "the catalogue was not read: {named}");
    assert!(forgotten.is_empty(), "what are these called? {forgotten:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_87_nobody_takes_an_archive_without_a_fresh_proof_or_of_another() {
    let world = World::shared().await;
    let town = world.town().await;
    let (owner, other) = (town.teacher().await, town.teacher().await);
    let site = world.serve().await;
    let (browser, others) = (site.browser_of(&owner).await, site.browser_of(&other).await);
    let page = browser.get(PAGE).await;
    let pressed = browser.submit(&page, "Получить архив", &[]).await;
    let asked = pressed.location.unwrap();
    let asked = asked.trim_end_matches("/file");
    assert_eq!(others.get(asked).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        others.get(&format!("{asked}/file")).await.status,
        StatusCode::NOT_FOUND
    );
    // While one is being made, the function behind it tells of no other account.
    let mut worker = world.login(tests::Login::Worker).await;
    let kept: Vec<i64> = worker
        .list(
            "SELECT id FROM app.printout p, LATERAL app.own_data(p.id) WHERE p.kind <> 'own_data'",
        )
        .await;
    assert!(kept.is_empty(), "{kept:?}");
}

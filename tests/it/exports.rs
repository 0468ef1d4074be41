//! The export of a municipality (SEC-106): everything of it, nothing of another one, whole
//! whatever was interrupted. What becomes of the municipality afterwards stands in `leaving`.

use std::collections::{BTreeMap, BTreeSet};

use app::exports::{Export, State};
use db::catalogue;
use futures::StreamExt as _;
use reqwest::StatusCode;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use storage::{Settings, Store};
use tests::{Person, Session, Town, World, stack::STACK};
use tokio::io::AsyncReadExt as _;
use uuid::Uuid;

use crate::seed::{Full, full};

/// A region of a test alone, for exports are claimed by whoever is first; its municipalities
/// have numbers no other region has, for the store is one.
pub async fn region() -> World {
    let world = World::own().await;
    let first = 1_000_000 + Uuid::new_v4().as_fields().0 % 1_000_000_000;
    let restart = format!("ALTER SEQUENCE app.municipality_id_seq RESTART WITH {first}");
    world.superuser().await.script(&restart).await;
    world
}

/// The store under the verbs.
pub fn store() -> Store {
    Store::new(Settings {
        endpoint: STACK.s3.endpoint.clone(),
        region: STACK.s3.region.clone(),
        bucket: STACK.s3.bucket.clone(),
        access_key: STACK.s3.access_key.reveal().to_owned(),
        secret_key: STACK.s3.secret_key.reveal().to_owned(),
    })
}

/// Puts bytes under every key a municipality names.
pub async fn with_objects(sql: &mut Session, town: &Town) {
    let keys: Vec<String> = sql
        .list(&format!(
            "SELECT s3_key FROM app.file WHERE tenant_id = {0} UNION
             SELECT o.s3_key FROM app.order o JOIN app.decision d ON d.order_id = o.id WHERE d.tenant_id = {0}
             UNION SELECT s3_key FROM app.municipal_schedule WHERE tenant_id = {0}",
            town.id
        ))
        .await;
    for key in keys {
        let bytes = format!("%PDF-1.7 {key}\n").into();
        store()
            .put_bytes(&key, "application/pdf", bytes)
            .await
            .unwrap();
    }
}

async fn public_id(sql: &mut Session, town: &Town) -> Uuid {
    sql.value(&format!(
        "SELECT public_id FROM app.municipality WHERE id = {}",
        town.id
    ))
    .await
    .unwrap()
}

/// Starts an export as an administrator does and makes it as the worker does.
pub async fn exported(world: &World, admin: &Person, town: &Town) -> Export {
    let id = public_id(&mut world.superuser().await, town).await;
    let app = world.app();
    let shown = app.municipality_export(admin, id).await.unwrap();
    app.start_export(admin, id, shown.place.version)
        .await
        .unwrap();
    let job = app.claim_export().await.unwrap().unwrap();
    assert_eq!(job.tenant.0, town.id);
    app.make_export(&job).await.unwrap();
    let export = app.municipality_export(admin, id).await.unwrap();
    let export = export.newest.unwrap();
    assert_eq!(export.state, State::Done);
    export
}

/// The members of an export's file by name.
pub async fn members(world: &World, export: &Export) -> BTreeMap<String, Vec<u8>> {
    let mut file = Vec::new();
    let sink = |bytes: &[u8]| {
        file.extend_from_slice(bytes);
        Ok(())
    };
    world.app().take_out(export, sink).await.unwrap();
    assert_eq!(Some(file.len() as i64), export.size);
    let mut archive = tokio_tar::Archive::new(file.as_slice());
    let mut entries = archive.entries().unwrap();
    let mut members = BTreeMap::new();
    while let Some(entry) = entries.next().await {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).await.unwrap();
        assert!(members.insert(name, bytes).is_none(), "a name twice");
    }
    members
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn sec_106_an_export_is_everything_of_one_and_nothing_of_another() {
    let world = region().await;
    let (own, foreign) = (full(&world).await, full(&world).await);
    let admin = world.admin().await;
    let mut sql = world.superuser().await;
    with_objects(&mut sql, &own.town).await;
    with_objects(&mut sql, &foreign.town).await;
    let export = exported(&world, &admin, &own.town).await;
    let members = members(&world, &export).await;

    let manifest: Value = serde_json::from_slice(&members["manifest.json"]).unwrap();
    let mut listed = BTreeSet::from(["manifest.json".to_owned()]);
    for member in manifest["members"].as_array().unwrap() {
        let name = member["name"].as_str().unwrap();
        let bytes = &members[name];
        assert_eq!(member["size"].as_u64(), Some(bytes.len() as u64), "{name}");
        assert_eq!(member["sha256"], hex(&Sha256::digest(bytes)), "{name}");
        listed.insert(name.to_owned());
    }
    assert_eq!(listed, members.keys().cloned().collect());

    // Every table of the catalogue, row for row; what is not there has its reason.
    let tables: Vec<String> = sql
        .list(
            "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id'",
        )
        .await;
    let mut rows = 0;
    for table in &tables {
        let excepted = catalogue::NOT_EXPORTED
            .iter()
            .any(|(name, _)| name == table)
            || table.starts_with("audit");
        let written: Vec<Value> = members
            .iter()
            .filter(|(name, _)| name.starts_with(&format!("tables/{table}/")))
            .flat_map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().lines())
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        if excepted {
            assert!(!export.counts.tables.contains_key(table), "{table}");
            continue;
        }
        let expected: i64 = sql
            .value(&format!(
                "SELECT count(*) FROM app.{table} WHERE tenant_id = {}",
                own.town.id
            ))
            .await
            .unwrap();
        assert!(expected > 0, "{table} has no row in the seed");
        assert_eq!(written.len() as i64, expected, "{table}");
        assert_eq!(export.counts.tables[table], written.len() as u64, "{table}");
        for row in &written {
            assert_eq!(row["tenant_id"], own.town.id, "{table}");
        }
        rows += written.len();
    }
    let documents = members
        .keys()
        .filter(|name| name.starts_with("documents/"))
        .count();
    assert_eq!((export.counts.documents, export.counts.missing), (3, 0));
    assert_eq!(documents, 3);
    let orders = std::str::from_utf8(&members["orders/000001.jsonl"]).unwrap();
    assert_eq!(
        orders.lines().count(),
        1,
        "the order that decides here, with its file"
    );

    let all: String = members
        .values()
        .map(|bytes| String::from_utf8_lossy(bytes))
        .collect();
    for person in [&own.teacher, &own.school, &own.coordinator, &own.expert] {
        assert!(all.contains(&person.login), "a login is missing");
    }
    for strange in foreign_marks(&foreign) {
        assert!(!all.contains(&strange), "{strange} is another one's");
    }
    for secret in ["password_phc", "token_sha256", "nonce"] {
        assert!(!all.contains(secret), "{secret}");
    }
    println!(
        "SEC-106: {} tables, {rows} rows, {} members",
        tables.len(),
        members.len()
    );
}

fn foreign_marks(foreign: &Full) -> Vec<String> {
    let people = [
        &foreign.teacher,
        &foreign.school,
        &foreign.coordinator,
        &foreign.expert,
    ];
    let mut marks: Vec<String> = people.iter().map(|person| person.login.clone()).collect();
    marks.push(foreign.town.name.clone());
    marks.push(format!("t/{}/", foreign.town.id));
    marks
}

/// Columns that sound like a secret are named among those left out, or are none.
#[tokio::test]
async fn sec_106_no_secret_column_is_forgotten() {
    let world = World::shared().await;
    let found: BTreeSet<(String, String)> = world
        .superuser()
        .await
        .list::<String>(
            "SELECT c.relname || ' ' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             WHERE c.oid IN (SELECT ('app.' || t)::regclass FROM app.tenant_tables() t) \
             AND a.attname ~ 'token|nonce|secret|password|phc'",
        )
        .await
        .iter()
        .map(|pair| pair.split_once(' ').unwrap())
        .map(|(table, column)| (table.to_owned(), column.to_owned()))
        .collect();
    let known = catalogue::SECRETS.map(|(table, column)| (table.to_owned(), column.to_owned()));
    assert_eq!(found, BTreeSet::from(known));
}

/// The export pages by `id` and finds documents by `file.s3_key`: a table that is otherwise
/// built would be left out without a word.
#[tokio::test]
async fn sec_106_every_table_can_be_walked() {
    let world = World::shared().await;
    let mut sql = world.superuser().await;
    let unwalkable: Vec<String> = sql
        .list(
            "SELECT t FROM app.tenant_tables() t WHERE NOT EXISTS (SELECT FROM pg_constraint k \
             WHERE k.conrelid = ('app.' || t)::regclass AND k.contype = 'p' \
             AND pg_get_constraintdef(k.oid) = 'PRIMARY KEY (tenant_id, id)')",
        )
        .await;
    assert_eq!(unwalkable, Vec::<String>::new());
    let keys: Vec<String> = sql
        .list(
            "SELECT t FROM app.tenant_tables() t JOIN pg_attribute a \
             ON a.attrelid = ('app.' || t)::regclass AND a.attname = 's3_key' ORDER BY 1",
        )
        .await;
    assert_eq!(keys, ["file", "municipal_schedule", "municipality_export"]);
}

#[tokio::test]
async fn sec_106_an_export_interrupted_begins_anew() {
    let world = region().await;
    let own = full(&world).await;
    let admin = world.admin().await;
    let mut sql = world.superuser().await;
    with_objects(&mut sql, &own.town).await;
    let id = public_id(&mut sql, &own.town).await;
    let app = world.app();
    app.start_export(&admin, id, 1).await.unwrap();
    // The first worker dies with a part of the file written: its row and its key stay.
    let first = app.claim_export().await.unwrap().unwrap();
    let old = format!("export/{}/{}", own.town.id, Uuid::now_v7());
    store()
        .put_bytes(&old, "application/x-tar", "half".into())
        .await
        .unwrap();
    let tenant = Some(first.tenant);
    let mut tx = world.db().enter_worker(tenant).await.unwrap();
    let begun = db::work::export::begin(&mut tx, &first, &old)
        .await
        .unwrap();
    assert!(begun.is_some());
    tx.commit().await.unwrap();
    assert!(
        app.claim_export().await.unwrap().is_none(),
        "the lease holds"
    );
    sql.script("UPDATE app.job SET run_after = now()").await;

    let second = app.claim_export().await.unwrap().unwrap();
    assert_eq!((second.id, second.tries), (first.id, 2));
    app.make_export(&second).await.unwrap();
    assert_eq!(store().head(&old).await.unwrap(), None, "the half is gone");
    let newest = app.municipality_export(&admin, id).await.unwrap().newest;
    assert!(!members(&world, &newest.unwrap()).await.is_empty());

    // Should the first one live after all, it finds that the export is another's.
    let mut tx = world.db().enter_worker(tenant).await.unwrap();
    let late = db::work::export::progress(&mut tx, &first, &old, 1, 2).await;
    assert!(matches!(late, Err(db::Error::Stale)), "{late:?}");
    drop(tx);
    app.make_export(&first).await.unwrap();
    let keys = store()
        .keys(&format!("export/{}/", own.town.id), "")
        .await
        .unwrap();
    let kept: String = sql
        .value(&format!(
            "SELECT s3_key FROM app.municipality_export WHERE tenant_id = {} ORDER BY id DESC LIMIT 1",
            own.town.id
        ))
        .await
        .unwrap();
    assert!(keys.contains(&kept) && !keys.contains(&old), "{keys:?}");
}

#[tokio::test]
async fn sec_106_whoever_asked_is_asked_again() {
    let world = region().await;
    let own = full(&world).await;
    let admin = world.admin().await;
    let mut sql = world.superuser().await;
    let id = public_id(&mut sql, &own.town).await;
    let app = world.app();
    app.start_export(&admin, id, 1).await.unwrap();
    let again = app.start_export(&admin, id, 1).await;
    assert!(matches!(again, Err(app::Error::Illegal(_))), "{again:?}");
    let stale = app.start_export(&admin, id, 7).await;
    assert!(matches!(stale, Err(app::Error::Stale)), "{stale:?}");
    sql.script(&format!(
        "UPDATE app.institute_member SET ended_at = now() WHERE id = {}",
        admin.membership
    ))
    .await;
    let job = app.claim_export().await.unwrap().unwrap();
    let refused = app.make_export(&job).await;
    assert!(matches!(refused, Err(app::Error::Forbidden)), "{refused:?}");
    let other = world.admin().await;
    let newest = app.municipality_export(&other, id).await.unwrap().newest;
    assert_eq!(newest.unwrap().state, State::Failed);

    // What the console does not start, `ctl` does; it has the host's trust and no person's.
    let (place, export) = app
        .export_for_ctl(&own.town.slug, None, false)
        .await
        .unwrap();
    let job = app.claim_export().await.unwrap().unwrap();
    app.make_export(&job).await.unwrap();
    let done = app.export_now(&place, export.public_id).await.unwrap();
    assert_eq!(done.state, State::Done);
    // The seed's documents have no bytes: that is said, not hidden.
    assert_eq!((done.counts.documents, done.counts.missing), (0, 3));
    let (_, same) = app
        .export_for_ctl(&own.town.slug, None, false)
        .await
        .unwrap();
    assert_eq!(same.public_id, export.public_id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_106_the_console_shows_numbers_and_no_file() {
    let world = region().await;
    let own = full(&world).await;
    let admin = world.admin().await;
    let mut sql = world.superuser().await;
    with_objects(&mut sql, &own.town).await;
    sql.script("DELETE FROM app.municipality_export").await;
    let id = public_id(&mut sql, &own.town).await;
    let path = format!("/admin/municipalities/{id}/export");
    let site = world.serve().await;
    let browser = site.browser_of(&admin).await;
    let page = browser.get(&path).await;
    assert_eq!(page.heading(), "Выгрузка муниципалитета");
    let started = browser.submit(&page, "Начать выгрузку", &[]).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.told());
    let page = browser.follow(started).await;
    assert!(page.body.contains("Выгрузка начата") && page.body.contains("в очереди"));
    assert!(
        page.body.contains("http-equiv=\"refresh\""),
        "it refreshes itself"
    );
    assert!(!page.body.contains("Начать выгрузку"), "one at a time");

    let app = world.app();
    let job = app.claim_export().await.unwrap().unwrap();
    app.make_export(&job).await.unwrap();
    let export = app.municipality_export(&admin, id).await.unwrap();
    let export = export.newest.unwrap();
    let page = browser.get(&path).await;
    assert!(!page.body.contains("http-equiv=\"refresh\""));
    for told in [
        "готова",
        "membership",
        &export.public_id.to_string(),
        &hex(export.sha256.as_ref().unwrap()),
    ] {
        assert!(page.body.contains(told), "{told}: {}", page.told());
    }
    let key = export.s3_key.unwrap();
    assert!(!page.body.contains(&key), "the way to the file");
    assert!(!page.body.contains(&own.teacher.login), "a byte of it");
}

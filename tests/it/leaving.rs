//! A municipality that leaves (SEC-106, the drill): full of everything, exported, removed. What
//! is left is asked of the catalogue, the store and Redis, so that a table nobody thought of
//! turns it red. Another municipality is the same to the last byte, but for what it had of the
//! one that left.

use std::collections::BTreeMap;

use app::{App, Error, exports::Export};
use redis::AsyncCommands as _;
use serde_json::Value;
use tests::{Login, Person, Session, Town, World, sql::Refused, stack::STACK};
use uuid::Uuid;

use crate::{
    exports::{exported, members, region, store, with_objects},
    journal::faults,
    seed::{Full, full},
};

/// What stands in every text of the municipality that leaves, and nowhere else.
const MARK: &str = "Уходящее7Слово";

fn migrator(world: &World) -> String {
    STACK.url("attest_migrator", world.database())
}

/// A Redis that no other test uses.
pub fn redis_apart(database: u8) -> String {
    let mut url = reqwest::Url::parse(STACK.redis.reveal()).unwrap();
    url.set_path(&database.to_string());
    url.into()
}

/// The tables of municipalities' rows; the journal's lines stay and are asked about apart.
async fn tables(sql: &mut Session) -> Vec<String> {
    sql.list("SELECT t FROM app.tenant_tables() t WHERE t <> 'registration'")
        .await
}

/// Writes the mark into every text of a municipality's rows that takes it, past triggers.
async fn mark(sql: &mut Session, town: &Town) -> usize {
    let columns: Vec<String> = sql
        .list(
            "SELECT format('%I SET %2$I = %2$I || %3$L', t, a.attname, '{}') FROM app.tenant_tables() t \
             JOIN pg_attribute a ON a.attrelid = ('app.' || t)::regclass AND a.atttypid = 'text'::regtype \
             WHERE t <> 'registration' AND a.attname NOT IN ('s3_key', 'kind', 'state') AND NOT EXISTS ( \
               SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = a.attrelid \
               AND a.attnum = ANY (k.conkey))",
        )
        .await;
    sql.script("SET session_replication_role = replica").await;
    let mut marked = 0;
    for column in columns {
        let update = format!(
            "UPDATE app.{} WHERE tenant_id = {}",
            column.replace("{}", MARK),
            town.id
        );
        // A CHECK may know better what stands there: then it is no free text.
        marked += usize::from(matches!(sql.run(&update).await, Ok(1..)));
    }
    sql.script("SET session_replication_role = origin").await;
    marked
}

/// Every row of a municipality, as text, by table.
pub async fn rows(sql: &mut Session, town: &Town) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    let mut tables = tables(sql).await;
    tables.push("registration".to_owned());
    for table in tables {
        let rows = sql
            .list(&format!(
                "SELECT to_jsonb(t)::text FROM app.{table} t WHERE tenant_id = {} ORDER BY id",
                town.id
            ))
            .await;
        all.insert(table, rows);
    }
    all
}

/// The rows of all tables of the schema that hold `mark` anywhere.
pub async fn holding(sql: &mut Session, mark: &str) -> Vec<String> {
    let tables: Vec<String> = sql
        .list("SELECT relname::text FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind IN ('r', 'p')")
        .await;
    assert!(tables.len() > 40);
    let mut found = Vec::new();
    for table in tables {
        let rows: Vec<String> = sql
            .list(&format!(
                "SELECT t::text FROM app.{table} t WHERE strpos(t::text, '{mark}') > 0"
            ))
            .await;
        found.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
    }
    found
}

async fn suspend(sql: &mut Session, world: &World, town: &Town) {
    sql.set("now", &world.now().to_rfc3339()).await;
    sql.script(&format!(
        "UPDATE app.municipality SET status = 'suspended' WHERE id = {}",
        town.id
    ))
    .await;
}

/// What `ctl municipality remove` does.
async fn remove(world: &World, redis_url: &str, town: &Town, export: &Export, with_export: bool) {
    let app: &App = world.app();
    let mut removing = app
        .remove_municipality(&migrator(world), &town.slug, export.public_id)
        .await
        .unwrap();
    web::session::forget(redis_url, removing.municipality(), &[], &[])
        .await
        .unwrap();
    while let Some(gone) = app.remove_leftovers(&mut removing).await.unwrap() {
        web::session::forget(redis_url, gone.municipality, &gone.accounts, &gone.logins)
            .await
            .unwrap();
        removing.forgotten().await.unwrap();
    }
    app.sweep(&mut removing, with_export).await.unwrap();
}

/// What belongs to an account and to no municipality.
pub async fn with_belongings(sql: &mut Session, person: &Person) {
    let account = person.account.0;
    sql.script(&format!(
        "WITH t AS (INSERT INTO app.account_token (public_id, account_id, kind, sha256, expires_at)
             VALUES ('{}', {account}, 'email', sha256('{account}'), now()) RETURNING id)
         INSERT INTO app.account_letter (public_id, account_id, kind, token_id)
           SELECT '{}', {account}, 'email_confirm', id FROM t;
         INSERT INTO app.identity (public_id, account_id, issuer, sha256)
           VALUES ('{}', {account}, 'https://idp.example.ru', sha256('идентичность {account}'));
         INSERT INTO app.second_factor (account_id, sealed) VALUES ({account}, 'x');
         INSERT INTO app.passkey (public_id, account_id, name, credential, sha256, transports, key, state)
           VALUES ('{}', {account}, 'ключ', 'ключ {account}, запись', sha256('ключ {account}, запись'), 0, 'x', 'x')",
        Uuid::now_v7(),
        Uuid::now_v7(),
        Uuid::now_v7(),
        Uuid::now_v7(),
    ))
    .await;
}

/// Everything Redis keeps, keys and values.
async fn kept(redis_url: &str) -> Vec<String> {
    let client = redis::Client::open(redis_url).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = redis.keys("*").await.unwrap();
    let mut kept = Vec::new();
    for key in keys {
        let value: String = redis.get(&key).await.unwrap_or_default();
        kept.push(format!("{key} {value}"));
    }
    kept
}

/// The neighbour has an expert of the municipality that leaves, and a file they share.
struct Ties {
    application: i64,
    shared_key: String,
}

async fn tie(sql: &mut Session, own: &Full, other: &Full) -> Ties {
    let application: i64 = sql
        .value(&format!(
            "SELECT id FROM app.application WHERE tenant_id = {}",
            other.town.id
        ))
        .await
        .unwrap();
    let shared_key = format!("t/{}/2026/shared", own.town.id);
    let mut script = format!(
        "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id, \
           expert_membership_id, expert_account_id, expert_name, expert_organisation, assigned_by) \
         VALUES ({}, {application}, {}, 2, {}, {}, {}, '{MARK}', '{MARK}', {});
         INSERT INTO app.letter (tenant_id, public_id, account_id, kind, application_id) \
         VALUES ({}, '{}', {}, 'expert_assigned', {application});",
        other.town.id,
        other.teacher.account.0,
        own.town.id,
        own.expert.membership,
        own.expert.account.0,
        other.coordinator.account.0,
        other.town.id,
        Uuid::now_v7(),
        own.expert.account.0,
    );
    // It came with an organisation that moved; and somebody waits to go where nothing will be.
    script += &format!(
        "INSERT INTO app.invitation (tenant_id, public_id, email, role, nonce, token_sha256, invited_by, expires_at) \
         VALUES ({0}, '{1}', 'moved@example.test', 'expert', '{1}', sha256('moved{0}'), {2}, now());
         INSERT INTO app.transfer (tenant_id, public_id, to_tenant_id, kind, subject_id, account_id, name, reason, \
           asked_by) VALUES ({0}, '{1}', {3}, 'teacher', {4}, {5}, 'Иванова Мария', 'Переезд', {5});
         WITH p AS (INSERT INTO app.period (public_id, name, starts, ends)
             VALUES ('{1}', 'Октябрь', '2026-10-01', '2026-10-31') RETURNING id)
           UPDATE app.schedule_row SET mark = 'preliminary', period_id = p.id FROM p WHERE tenant_id = {0};",
        other.town.id,
        Uuid::now_v7(),
        own.coordinator.account.0,
        own.town.id,
        other.school.membership,
        other.school.account.0,
    );
    for town in [&own.town, &other.town] {
        script += &format!(
            "INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, by_role) \
             SELECT tenant_id, '{}', id, '{shared_key}', 'общий.pdf', 'application/pdf', 1, '\\x00', 'teacher' \
             FROM app.application WHERE tenant_id = {};",
            Uuid::now_v7(),
            town.id
        );
    }
    sql.script(&script).await;
    Ties {
        application,
        shared_key,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_106_a_municipality_leaves_nothing_behind() {
    let world = region().await;
    // Accounts of other regions have the same numbers: sessions apart.
    let redis_url = redis_apart(9);
    let client = redis::Client::open(redis_url.as_str()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let _: () = redis::cmd("FLUSHDB").query_async(&mut redis).await.unwrap();

    let (own, other) = (full(&world).await, full(&world).await);
    let admin = world.admin().await;
    let both = own.town.teacher().await;
    let mut sql = world.superuser().await;
    let ties = tie(&mut sql, &own, &other).await;
    for person in [
        &own.teacher,
        &own.school,
        &own.coordinator,
        &own.expert,
        &other.teacher,
    ] {
        with_belongings(&mut sql, person).await;
    }
    let site = world.serve_apart(&redis_url).await;
    let teacher = site.browser_of(&own.teacher).await;
    let standing = site.browser_of(&other.teacher).await;
    let standing_here = site.browser_of(&both).await;
    // Another cabinet elsewhere: the account is kept.
    let elsewhere = other
        .town
        .also(&both, domain::role::Role::Expert, None)
        .await;
    let counters = ["upload", "export"].map(|what| format!("rl:{what}:{}", own.teacher.account.0));
    for counter in &counters {
        let _: () = redis.set(counter, 3).await.unwrap();
    }
    with_objects(&mut sql, &own.town).await;
    with_objects(&mut sql, &other.town).await;
    let stray = format!("t/{}/2026/stray", own.town.id);
    store()
        .put_bytes(&stray, "application/pdf", "stray".into())
        .await
        .unwrap();
    let marked = mark(&mut sql, &own.town).await;
    assert!(marked > 40, "{marked}");

    suspend(&mut sql, &world, &own.town).await;
    let export = exported(&world, &admin, &own.town).await;
    let members = members(&world, &export).await;
    let manifest: Value = serde_json::from_slice(&members["manifest.json"]).unwrap();
    assert_eq!(
        manifest["members"].as_array().unwrap().len() + 1,
        members.len()
    );
    let leaving = [&own.teacher, &own.school, &own.coordinator, &own.expert];
    let before = rows(&mut sql, &other.town).await;
    remove(&world, &redis_url, &own.town, &export, true).await;

    // Rows: none but the audit and the blank lines of the journal.
    let mut asked = 0;
    for table in tables(&mut sql).await {
        let left: i64 = sql
            .value(&format!(
                "SELECT count(*) FROM app.{table} WHERE tenant_id = {}",
                own.town.id
            ))
            .await
            .unwrap();
        assert_eq!(left, 0, "{table}");
        asked += 1;
    }
    let lines: Vec<String> = sql
        .list(&format!(
            "SELECT DISTINCT concat_ws('|', person, position, organisation, municipality, registered_by, salt) \
             FROM app.registration WHERE tenant_id = {}",
            own.town.id
        ))
        .await;
    let blank = "|||удалённый муниципалитет||00000000-0000-0000-0000-000000000000";
    assert_eq!(lines, [blank]);
    assert_eq!(
        faults(&mut sql).await,
        Vec::<String>::new(),
        "the chain holds"
    );
    let mut marks = vec![
        MARK.to_owned(),
        own.town.name.clone(),
        own.town.slug.clone(),
    ];
    marks.extend(leaving.iter().map(|person| person.login.clone()));
    for mark in &marks {
        let mut left = holding(&mut sql, mark).await;
        // The act of destroyed data says whose they were: a municipality's name, in which the slug
        // of a test's stands too, is nobody's datum.
        let of_town = [&own.town.name, &own.town.slug].contains(&mark);
        left.retain(|row| !of_town || !row.starts_with("removal: "));
        assert_eq!(left, Vec::<String>::new());
    }
    for person in leaving {
        let account = person.account.0;
        for table in [
            "account_token",
            "consent",
            "account_letter",
            "identity",
            "passkey",
            "saved_view",
            "second_factor",
            "upload",
        ] {
            let count = format!("SELECT count(*) FROM app.{table} WHERE account_id = {account}");
            assert_eq!(sql.value::<i64>(&count).await, Ok(0), "{table}");
        }
    }
    let stone: String = sql
        .value(&format!(
            "SELECT concat_ws('|', status, slug, public_contacts) FROM app.municipality WHERE id = {}",
            own.town.id
        ))
        .await
        .unwrap();
    assert_eq!(stone, format!("removed|removed-{}|", own.town.id));
    let told: i64 = sql
        .value(&format!(
            "SELECT count(*) FROM app.audit_event WHERE tenant_id = {} AND act = 'municipality.remove'",
            own.town.id
        ))
        .await
        .unwrap();
    assert_eq!(told, 1, "the audit stays");

    // The neighbour: the same but for what it had of the one that left.
    let after = rows(&mut sql, &other.town).await;
    for (table, rows) in &before {
        let changed: Vec<_> = rows
            .iter()
            .filter(|row| !after[table].contains(row))
            .collect();
        // The application says how many experts it has.
        let touched = [
            "application",
            "assignment",
            "invitation",
            "letter",
            "schedule_row",
            "transfer",
        ];
        let expected = usize::from(touched.contains(&table.as_str()));
        assert_eq!(changed.len(), expected, "{table}: {changed:#?}");
        // The expert's letter goes, the teacher gets one; the case tells why its place is free,
        // and the Centre is asked to fill it.
        let come = usize::from(["application_event", "gap_request"].contains(&table.as_str()));
        assert_eq!(after[table].len(), rows.len() + come, "{table}");
    }
    let gap: bool = sql
        .value(&format!(
            "SELECT gap_since IS NOT NULL FROM app.schedule_row WHERE application_id = {}",
            ties.application
        ))
        .await
        .unwrap();
    assert!(gap, "the operator is asked for another expert");

    // The store.
    let under = format!("t/{}/", own.town.id);
    assert_eq!(store().keys(&under, "").await.unwrap(), [ties.shared_key]);
    let exports = format!("export/{}/", own.town.id);
    assert_eq!(
        store().keys(&exports, "").await.unwrap(),
        Vec::<String>::new()
    );
    let others = format!("t/{}/", other.town.id);
    assert_eq!(store().keys(&others, "").await.unwrap().len(), 2);

    // Redis.
    for ended in [&teacher, &standing_here] {
        let page = ended.get("/teacher").await;
        assert_eq!(page.location.as_deref(), Some("/login?next=%2Fteacher"));
    }
    assert_eq!(standing.get("/teacher").await.status, 200);
    site.browser_of(&elsewhere).await;
    let kept = kept(&redis_url).await;
    assert!(!kept.is_empty());
    for person in leaving {
        let account = format!("\"account\":{},", person.account.0);
        let told = kept.iter().any(|entry| {
            entry.contains(&account)
                || entry.contains(&person.login)
                || counters.iter().any(|counter| entry.starts_with(counter))
        });
        assert!(!told, "{kept:#?}");
    }
    println!(
        "SEC-106: {asked} tables empty, {marked} columns marked, {} marks asked for",
        marks.len()
    );

    // Once more is no harm: whatever interrupted it, the command is simply run again.
    remove(&world, &redis_url, &own.town, &export, true).await;
}

#[tokio::test]
async fn sec_106_an_interrupted_removal_is_taken_up() {
    let world = region().await;
    let own = full(&world).await;
    let admin = world.admin().await;
    let mut sql = world.superuser().await;
    with_objects(&mut sql, &own.town).await;
    suspend(&mut sql, &world, &own.town).await;
    let export = exported(&world, &admin, &own.town).await;
    let app = world.app();
    let begun = app
        .remove_municipality(&migrator(&world), &own.town.slug, export.public_id)
        .await;
    drop(begun.unwrap());
    let under = format!("t/{}/", own.town.id);
    assert_eq!(store().keys(&under, "").await.unwrap().len(), 2);
    let redis_url = redis_apart(8);
    remove(&world, &redis_url, &own.town, &export, false).await;
    assert_eq!(
        store().keys(&under, "").await.unwrap(),
        Vec::<String>::new()
    );
    let left: i64 = sql
        .value("SELECT count(*) FROM app.leftover")
        .await
        .unwrap();
    assert_eq!(left, 0);
    // The file of the export stays until it is asked for: it is the last copy there is.
    let key = export.s3_key.as_deref().unwrap();
    assert!(store().head(key).await.unwrap().is_some());
    remove(&world, &redis_url, &own.town, &export, true).await;
    assert_eq!(store().head(key).await.unwrap(), None);
}

#[tokio::test]
async fn sec_106_only_what_is_suspended_and_exported_is_removed() {
    let world = region().await;
    let (own, other) = (full(&world).await, full(&world).await);
    let admin = world.admin().await;
    let mut sql = world.superuser().await;
    let refused = async |export: Uuid| {
        let outcome = world
            .app()
            .remove_municipality(&migrator(&world), &own.town.slug, export)
            .await;
        match outcome.map(|_| ()) {
            Err(Error::Illegal(words)) => words,
            outcome => panic!("{outcome:?}"),
        }
    };
    let early = exported(&world, &admin, &own.town).await;
    assert!(refused(early.public_id).await.contains("приостановленный"));
    world.set_now("2026-09-15T03:00:00Z");
    suspend(&mut sql, &world, &own.town).await;
    assert!(refused(Uuid::now_v7()).await.contains("Нет такой готовой"));
    assert!(
        refused(early.public_id)
            .await
            .contains("после приостановки")
    );
    let foreign = exported(&world, &admin, &other.town).await;
    assert!(
        refused(foreign.public_id)
            .await
            .contains("этого муниципалитета")
    );
    let export = exported(&world, &admin, &own.town).await;
    // Operators work on in the meantime: what they wrote is in no export yet.
    sql.script(&format!(
        "INSERT INTO app.application_event (tenant_id, application_id, role, act, words) \
         SELECT tenant_id, id, 'operator', 'test.late', 'Слова' FROM app.application WHERE tenant_id = {}",
        own.town.id
    ))
    .await;
    assert!(refused(export.public_id).await.contains("изменились"));
    sql.script(&format!(
        "INSERT INTO app.municipality_export (tenant_id, public_id) VALUES ({}, '{}')",
        own.town.id,
        Uuid::now_v7()
    ))
    .await;
    assert!(refused(export.public_id).await.contains("ещё идёт"));
    let rows: i64 = sql
        .value(&format!(
            "SELECT count(*) FROM app.application WHERE tenant_id = {}",
            own.town.id
        ))
        .await
        .unwrap();
    assert_eq!(rows, 1, "nothing was half removed");

    for login in Login::RUNTIME {
        let mut session = world.login(login).await;
        session.set("moving", &format!("{{{}}}", own.town.id)).await;
        for statement in [
            format!(
                "SELECT app.remove_municipality({}, '{}')",
                own.town.id, export.public_id
            ),
            format!("SELECT app.only_here({})", own.town.id),
            format!("SELECT app.own_keys({})", own.town.id),
            "SELECT value FROM app.leftover".to_owned(),
            "DELETE FROM app.removal".to_owned(),
            "SET ROLE attest_mover".to_owned(),
            "SET ROLE attest_migrator".to_owned(),
        ] {
            let outcome = session.probe(&statement).await;
            let expected = Err(Refused(Refused::PRIVILEGE.to_owned()));
            assert_eq!(outcome, expected, "{login:?}: {statement}");
        }
    }
}

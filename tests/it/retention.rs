//! Terms of keeping (R-CONS-1, SEC-87): what is over is destroyed by the worker's run, exactly that, and
//! leaves no name anywhere in the database or the store; what is kept stays as it was. How the run counts
//! and who may begin it is in [`run`], the pages are in [`pages`].

mod pages;
mod run;

use app::{accounts::erasure::Hindrance, retention::Run, verify::Depth};
use tests::{Session, World};

use crate::{
    exports::{region, store, with_objects},
    journal::faults,
    leaving::{holding, rows, with_belongings},
    seed::{Full, full},
};

/// What stands in every text about the person who leaves, and nowhere else.
const MARK: &str = "Канарейкина7";

/// The last moment of the term of what became final in 2026, in the region's zone, and the next one.
const LAST: &str = "2031-12-31T16:59:59Z";
const OVER: &str = "2031-12-31T17:00:00Z";

/// Closes the case of a full municipality on a day.
async fn close(sql: &mut Session, of: &Full, day: &str) {
    sql.script(&format!(
        "SET session_replication_role = replica;
         UPDATE app.application SET status = 'decided', final_on = '{day}' WHERE tenant_id = {};
         SET session_replication_role = origin",
        of.town.id
    ))
    .await;
}

/// Writes the mark into every text about the teacher: of its case, its cabinet and its account, of what
/// was published about it and of its line in the journal.
async fn mark(sql: &mut Session, of: &Full) -> usize {
    let (tenant, account) = (of.town.id, of.teacher.account.0);
    let columns: Vec<String> = sql
        .list(&format!(
            "SELECT format('%I SET %2$I = %2$I || %3$L WHERE tenant_id = {tenant} %4$s', t, a.attname, '{MARK}',
               CASE WHEN t IN ('card', 'membership', 'organisation_request', 'transfer') THEN 'AND account_id = {account}'
                 WHEN t = 'letter' THEN 'AND application_id IS NOT NULL' END)
             FROM (SELECT app.of_applications() UNION SELECT unnest(ARRAY['application', 'card', 'membership',
               'organisation_request', 'transfer', 'letter'])) x(t)
             JOIN pg_attribute a ON a.attrelid = ('app.' || t)::regclass AND a.atttypid = 'text'::regtype
             WHERE a.attname NOT IN ('s3_key', 'kind', 'state', 'folder') AND NOT EXISTS (
               SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = a.attrelid
               AND a.attnum = ANY (k.conkey))",
        ))
        .await;
    sql.script("SET session_replication_role = replica").await;
    let mut marked = 0;
    for column in columns {
        // A CHECK may know better what stands there: then it is no free text.
        let done = sql.run(&format!("UPDATE app.{column}")).await;
        marked += usize::from(matches!(done, Ok(1..)));
    }
    sql.script(&format!(
        "UPDATE app.application SET surname = '{MARK}', name = 'Анна', patronymic = '',
           snapshot = '{{\"name\": {{\"surname\": \"{MARK}\"}}}}' WHERE tenant_id = {tenant};
         UPDATE app.correction SET former = '{{\"name\": {{\"surname\": \"{MARK}\", \"name\": \"Ана\"}}}}' WHERE tenant_id = {tenant};
         UPDATE app.registration SET person = '{MARK} Анна' WHERE tenant_id = {tenant};
         UPDATE app.handover_row SET note = '{MARK}' WHERE tenant_id = {tenant};
         UPDATE app.account SET login = '{MARK}', email = '{MARK}@example.test' WHERE id = {account};
         UPDATE app.upload SET name = '{MARK}' WHERE account_id = {account};
         UPDATE app.passkey SET name = '{MARK}' WHERE account_id = {account};
         INSERT INTO app.publication (kind, period_id, municipality_id, rows, sha256)
           SELECT 'schedule', p.id, {tenant}, jsonb_build_array(jsonb_build_object('number', a.registered_number,
             'on', a.registered_on, 'teacher', jsonb_build_object('name', '{MARK} Анна', 'position', 'учитель'))), '\\x00'
           FROM app.application a, (SELECT id FROM app.period ORDER BY id LIMIT 1) p WHERE a.tenant_id = {tenant};
         INSERT INTO app.publication (kind, municipality_id, order_id, rows, sha256)
           SELECT 'results', {tenant}, d.order_id, '[{{\"teacher\": {{\"name\": \"{MARK} Ана\"}}}},
             {{\"teacher\": {{\"name\": \"{MARK} Анна\"}}}}, {{\"teacher\": {{\"name\": \"Другая\"}}}}]', '\\x00'
           FROM app.decision d WHERE d.tenant_id = {tenant};
         SET session_replication_role = origin",
    ))
    .await;
    marked
}

/// The tables whose rows hold the mark.
async fn marked(sql: &mut Session) -> Vec<String> {
    let rows = holding(sql, MARK).await;
    let tables = rows.iter().map(|row| row.split(':').next().unwrap());
    let mut tables: Vec<String> = tables.map(str::to_owned).collect();
    tables.dedup();
    tables
}

async fn count(sql: &mut Session, table: &str, condition: &str) -> i64 {
    sql.value(&format!(
        "SELECT count(*) FROM app.{table} WHERE {condition}"
    ))
    .await
    .unwrap()
}

/// Destroys until nothing is due; how many batches that were.
async fn destroy(world: &World) -> usize {
    let mut batches = 0;
    let mut run = Run::default();
    while world.app().destroy_due(&mut run).await.unwrap() {
        batches += 1;
    }
    batches
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_cons_1_who_withdrew_leaves_no_name_when_the_term_is_over() {
    let world = region().await;
    let (own, other) = (full(&world).await, full(&world).await);
    let mut sql = world.superuser().await;
    own.teacher.ready_to_sign_in().await;
    with_belongings(&mut sql, &own.teacher).await;
    close(&mut sql, &own, "2026-09-14").await;
    close(&mut sql, &other, "2027-01-01").await;
    with_objects(&mut sql, &own.town).await;
    with_objects(&mut sql, &other.town).await;
    // The rows say of the objects what is so.
    let bytes = r"convert_to('%PDF-1.7 ' || s3_key || E'\n', 'UTF8')";
    for table in ["file", "order"] {
        let update =
            format!("UPDATE app.{table} SET size = length({bytes}), sha256 = sha256({bytes})");
        sql.run(&update).await.unwrap();
    }
    let marks = mark(&mut sql, &own).await;
    assert!(marks > 40, "{marks}");
    let before = rows(&mut sql, &other.town).await;

    // The consent: what is kept is told, and the rest is gone at once.
    let app = world.app();
    let person = own.teacher.as_person();
    let told = app.withdraw_consent(person).await.unwrap();
    assert_eq!(told.hindrance, Some(Hindrance::Submitted));
    let [kept] = told.kept.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(
        (kept.until.to_string().as_str(), told.years),
        ("2031-12-31", 5)
    );
    let left = marked(&mut sql).await;
    for gone in [
        "account",
        "card",
        "organisation_request",
        "passkey",
        "transfer",
        "upload",
    ] {
        assert!(
            !left.iter().any(|table| table == gone),
            "{gone} of {left:?}"
        );
    }
    assert!(left.iter().any(|table| table == "application"), "{left:?}");
    let account = own.teacher.account.0;
    let closed = format!(
        "id = {account} AND withdrawn_at IS NOT NULL AND status = 'blocked' AND password_phc IS NULL AND email IS NULL"
    );
    assert_eq!(count(&mut sql, "account", &closed).await, 1);
    for table in [
        "identity",
        "second_factor",
        "passkey",
        "account_token",
        "account_letter",
        "letter",
        "upload",
    ] {
        assert_eq!(
            count(&mut sql, table, &format!("account_id = {account}")).await,
            0,
            "{table}"
        );
    }
    let proof = format!("account_id = {account} AND withdrawn_at IS NOT NULL");
    assert!(count(&mut sql, "consent", &proof).await > 0);
    assert!(
        app.consent_withdrawal(person).await.is_err(),
        "it is closed"
    );
    // The case is there, with all that hangs on it, for whoever works with it.
    let tenant = format!("tenant_id = {}", own.town.id);
    for table in [
        "application",
        "attachment",
        "file",
        "decision",
        "conclusion",
        "application_event",
    ] {
        assert!(count(&mut sql, table, &tenant).await > 0, "{table}");
    }

    // To the last second of the term nothing happens; then everything goes.
    world.set_now(LAST);
    assert_eq!(destroy(&world).await, 0);
    assert_eq!(count(&mut sql, "application", &tenant).await, 1);
    world.set_now(OVER);
    assert_eq!(destroy(&world).await, 2, "the case, then the account");
    let children: Vec<String> = sql.list("SELECT app.of_applications()").await;
    // Letters that are about no case go to others.
    let hanging = format!("{tenant} AND application_id IS NOT NULL");
    for table in &children {
        assert_eq!(count(&mut sql, table, &hanging).await, 0, "{table}");
    }
    for table in ["application", "card"] {
        assert_eq!(count(&mut sql, table, &tenant).await, 0, "{table}");
    }
    assert_eq!(holding(&mut sql, MARK).await, Vec::<String>::new());
    assert_eq!(
        count(&mut sql, "account", &format!("id = {account}")).await,
        0
    );
    assert_eq!(
        count(&mut sql, "membership", &format!("account_id = {account}")).await,
        0
    );
    // What stays: the numbers, the row of the statistics, the audit, the acts.
    let lines: Vec<String> = sql
        .list(&format!(
            "SELECT concat_ws('|', person, position, organisation, destroyed_by) FROM app.registration WHERE {tenant}"
        ))
        .await;
    assert_eq!(lines, ["|||1/2032"]);
    assert_eq!(
        faults(&mut sql).await,
        Vec::<String>::new(),
        "the chain holds"
    );
    let checked: Option<String> = sql
        .value("SELECT fault FROM app.check_journal()")
        .await
        .unwrap();
    assert_eq!(checked, None);
    let past: Vec<String> = sql
        .list("SELECT concat_ws(' ', municipality_id, year, procedure, route, category, outcome) FROM app.past_case")
        .await;
    assert_eq!(
        past,
        [format!(
            "{} 2026 general municipal first granted",
            own.town.id
        )]
    );
    assert_eq!(
        count(
            &mut sql,
            "audit_event",
            &format!("{tenant} AND act = 'case.destroy'")
        )
        .await,
        1
    );
    let acts: Vec<String> = sql
        .list(
            "SELECT concat_ws(' ', a.number, a.year, a.basis, d.what, d.documents) FROM app.destruction_act a
             JOIN app.destroyed d ON d.act_id = a.id WHERE a.closed_at IS NOT NULL ORDER BY d.id",
        )
        .await;
    assert_eq!(
        acts,
        [
            "1 2026 request belongings 0",
            "1 2032 term case 1",
            "1 2032 term account 0"
        ]
    );

    // The neighbour, the store, and a second run.
    assert_eq!(rows(&mut sql, &other.town).await, before);
    world.set_now("2031-12-31T18:00:01Z");
    app.clear_orphans().await.unwrap();
    let under = format!("t/{}/", own.town.id);
    let signed: Vec<String> = sql
        .list(&format!(
            "SELECT s3_key FROM app.municipal_schedule WHERE {tenant}"
        ))
        .await;
    assert_eq!(store().keys(&under, "").await.unwrap(), signed);
    let verified = app.verify_documents(Depth::Bytes).await.unwrap();
    assert_eq!(verified.fault, None);
    assert_eq!(destroy(&world).await, 0);
    assert_eq!(count(&mut sql, "past_case", "true").await, 1);
    assert_eq!(count(&mut sql, "destruction_act", "true").await, 2);
}

/// Whoever has not withdrawn stays; an application that goes on from the destroyed one goes on from
/// none, with the documents it carried over.
#[tokio::test]
async fn sec_87_of_who_stays_only_the_case_goes() {
    let world = region().await;
    let own = full(&world).await;
    let mut sql = world.superuser().await;
    close(&mut sql, &own, "2025-12-31").await;
    with_objects(&mut sql, &own.town).await;
    let tenant = own.town.id;
    sql.script(&format!(
        "WITH n AS (INSERT INTO app.application (tenant_id, public_id, card_id, previous_id, account_id, membership_id,
             organisation_id) SELECT tenant_id, gen_random_uuid(), card_id, id, account_id, membership_id, organisation_id
             FROM app.application WHERE tenant_id = {tenant} RETURNING id)
         INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, by_role)
           SELECT {tenant}, gen_random_uuid(), n.id, 't/{tenant}/seed', 'скан.pdf', 'application/pdf', 1, '\\x00', 'teacher'
           FROM n"
    ))
    .await;
    world.set_now("2031-01-05T03:00:00Z");
    assert_eq!(destroy(&world).await, 1);
    let going: Vec<String> = sql
        .list(&format!(
            "SELECT concat_ws(' ', status, previous_id) FROM app.application WHERE tenant_id = {tenant}"
        ))
        .await;
    assert_eq!(going, ["draft"]);
    let card = format!(
        "tenant_id = {tenant} AND account_id = {}",
        own.teacher.account.0
    );
    assert_eq!(count(&mut sql, "card", &card).await, 1);
    assert_eq!(
        count(
            &mut sql,
            "membership",
            &format!("{card} AND ended_at IS NULL AND submitted_before")
        )
        .await,
        1
    );
    world.app().clear_orphans().await.unwrap();
    let key = format!("t/{tenant}/seed");
    assert!(
        store().head(&key).await.unwrap().is_some(),
        "it is carried over"
    );
}

/// What became final by its verb has its day from the database; a live application has none, however
/// old it is.
#[tokio::test]
async fn sec_87_a_live_application_is_never_due() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let (waiting, closed, begun) = (
        town.teacher().await,
        town.teacher().await,
        town.teacher().await,
    );
    town.draft(&begun).await;
    town.registered(&waiting, &coordinator).await;
    let rejected = town.submitted(&closed).await;
    let rejection = app::rejection::Rejection {
        reasons: &["fio".to_owned()],
        ..app::rejection::Rejection::default()
    };
    let version = rejected.version(&town).await;
    let app = world.app();
    app.reject(&coordinator, rejected.public_id, version, rejection)
        .await
        .unwrap();
    let day: Option<chrono::NaiveDate> = rejected.column(&town, "final_on").await;
    assert_eq!(day, Some(app.zone().today(world.now())));
    world.set_now("2099-06-01T00:00:00Z");
    assert_eq!(destroy(&world).await, 1);
    let mut sql = world.superuser().await;
    let left: Vec<String> = sql
        .list(&format!(
            "SELECT status FROM app.application WHERE tenant_id = {} ORDER BY id",
            town.id
        ))
        .await;
    assert_eq!(left, ["draft", "registered"]);
}

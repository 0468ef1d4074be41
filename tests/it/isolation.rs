//! Isolation, generated from the catalogue: a table is covered the day it appears. SEC-03:
//! without a context nobody sees a row. SEC-04: every table × person × command × tenant, the
//! other municipality's rows are never seen, changed or added to.

use std::collections::BTreeMap;

use domain::role::Role;
use sqlx::Row as _;
use tests::{Login, Session, World, sql::Refused};
use uuid::Uuid;

use crate::seed::{Full, full};

/// What is readable without a context: no personal data in any of it (03 §3.3).
const PUBLIC_TO_ROLES: [&str; 3] = ["municipality", "organisation", "period"];

async fn tables(sql: &mut Session, of_tenants: bool) -> Vec<String> {
    sql.list(&format!(
        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'app'::regnamespace \
         AND c.relkind IN ('r', 'p') AND {of_tenants} = EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid \
           AND a.attname = 'tenant_id' AND a.attnotnull) ORDER BY 1"
    ))
    .await
}

fn is_open(table: &str) -> bool {
    PUBLIC_TO_ROLES.contains(&table)
        || table.starts_with("ref_")
        || [
            "region_setting",
            "transition",
            "template_version",
            "template_use",
        ]
        .contains(&table)
}

#[tokio::test]
async fn sec_03_no_row_without_a_context() {
    let world = World::shared().await;
    full(&world).await;
    let mut superuser = world.superuser().await;
    let mut all = tables(&mut superuser, true).await;
    all.extend(tables(&mut superuser, false).await);
    assert!(all.len() > 40, "the catalogue was not read: {all:?}");
    let mut seen = Vec::new();
    let mut asked = 0;
    for login in Login::RUNTIME {
        let mut sql = world.login(login).await;
        for table in all.iter().filter(|table| !is_open(table)) {
            // One column the role may read is enough to see whether there are rows.
            let column: Option<String> = superuser
                .value(&format!(
                    "SELECT min(a.attname::text) FROM pg_attribute a WHERE a.attrelid = 'app.{table}'::regclass \
                     AND a.attnum > 0 AND has_column_privilege('{}', a.attrelid, a.attnum, 'SELECT')",
                    login.role()
                ))
                .await
                .unwrap();
            let what = column.unwrap_or_else(|| "1".to_owned());
            asked += 1;
            match sql
                .value::<i64>(&format!(
                    "SELECT count(*) FROM (SELECT {what} FROM app.{table}) x"
                ))
                .await
            {
                Ok(0) => {}
                Err(Refused(code)) if code == Refused::PRIVILEGE => {}
                other => seen.push(format!("{login:?} {table}: {other:?}")),
            }
        }
    }
    // By design everybody reads published samples, the worker claims and addresses letters of everybody, operators work on
    // everything submitted, admins read the audit, answer for the institute's members and see how
    // far exports are.
    let known = [
        "Operator application",
        "Operator application_event",
        "Operator application_flag",
        "Operator assignment",
        "Operator attachment",
        "Operator conclusion",
        "Operator conclusion_file",
        "Operator correction",
        "Operator conclusion_form",
        "Operator conclusion_reminder",
        "Operator conclusion_signature",
        "Operator decision",
        "Operator document_request",
        "Operator file",
        "Operator gap_request",
        "Operator handover",
        "Operator handover_row",
        "Operator invitation",
        "Operator membership",
        "Operator municipal_schedule",
        "Operator order",
        "Operator preview",
        "Operator registration",
        "Operator rendition",
        "Operator scan_check",
        "Operator schedule_row",
        "Operator transfer",
        "Operator withdrawal",
        "Admin audit_event",
        "Admin invitation",
        "Admin institute_invitation",
        "Admin institute_member",
        "Admin municipality_export",
        "Admin region_change",
        "Admin sample",
        "Public sample",
        "Worker account",
        "Worker account_letter",
        "Worker account_token",
        "Worker audit_event",
        "Worker institute_invitation",
        "Worker job",
        "Worker letter",
        "Worker printout",
    ];
    let strange: Vec<_> = seen
        .iter()
        .filter(|row| {
            let (what, outcome) = row.split_once(": ").unwrap();
            !known.contains(&what) || !outcome.starts_with("Ok")
        })
        .collect();
    println!("SEC-03: {asked} tables × roles asked");
    assert!(strange.is_empty(), "{strange:#?}");
}

/// What a person of one municipality may do to another one's rows, by design.
fn allowed(who: &str, command: &str, table: &str) -> bool {
    match (who, command) {
        // No personal data: everybody chooses from the organisations (03 §3.3).
        (_, "SELECT") if table == "organisation" => true,
        // Operators read everything submitted, and write only where they have entered.
        ("operator", "SELECT") => {
            !["card", "letter", "job", "organisation_request"].contains(&table)
        }
        // The worker takes whatever is queued, whose it is it learns from the row.
        ("worker", "SELECT" | "UPDATE") => ["letter", "job"].contains(&table),
        ("worker", "INSERT") => table == "letter",
        // Administrators keep the list of organisations and invite the first coordinators.
        ("admin", "UPDATE") => table == "organisation",
        // How far exports of municipalities are, in numbers (SEC-106).
        ("admin", "SELECT") => table == "municipality_export",
        ("admin", "INSERT") => ["organisation", "invitation", "letter"].contains(&table),
        _ => false,
    }
}

struct Probe {
    who: &'static str,
    sql: Session,
}

async fn probes(world: &World, own: &Full) -> Vec<Probe> {
    let mut probes = Vec::new();
    for person in [&own.teacher, &own.school, &own.coordinator] {
        probes.push(Probe {
            who: person.role.code(),
            sql: person.sql().await,
        });
    }
    probes.push(Probe {
        who: Role::Expert.code(),
        sql: own.expert.sql().await,
    });
    probes.push(Probe {
        who: Role::Operator.code(),
        sql: world.operator().await.sql_in(&own.town).await,
    });
    probes.push(Probe {
        who: Role::Admin.code(),
        sql: world.admin().await.sql().await,
    });
    for (login, who) in [
        (Login::Worker, "worker"),
        (Login::Auth, "auth"),
        (Login::Public, "public"),
    ] {
        let mut sql = world.login(login).await;
        sql.set("tenant", &own.town.id.to_string()).await;
        sql.set("account", &own.teacher.account.0.to_string()).await;
        sql.set("role", who).await;
        probes.push(Probe { who, sql });
    }
    probes
}

/// The columns of `table` a role may use for `privilege`.
async fn granted(
    superuser: &mut Session,
    login: Login,
    table: &str,
    privilege: &str,
) -> Vec<String> {
    superuser
        .list(&format!(
            "SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = 'app.{table}'::regclass \
             AND a.attnum > 0 AND NOT a.attisdropped \
             AND has_column_privilege('{}', a.attrelid, a.attnum, '{privilege}') ORDER BY a.attnum",
            login.role()
        ))
        .await
}

/// A copy of a row of `tenant`, unique columns made anew, as a literal an INSERT can use.
async fn copy_of(superuser: &mut Session, table: &str, tenant: i32) -> String {
    let row = superuser
        .rows(&format!(
            "SELECT to_jsonb(t) AS row FROM app.{table} t WHERE tenant_id = {tenant} LIMIT 1"
        ))
        .await
        .unwrap();
    let mut row: serde_json::Value = row[0].get("row");
    for key in ["public_id", "nonce"] {
        if row.get(key).is_some() {
            row[key] = Uuid::now_v7().to_string().into();
        }
    }
    if row.get("token_sha256").is_some() {
        row["token_sha256"] = format!("\\x{}", Uuid::now_v7().simple()).into();
    }
    row.to_string().replace('\'', "''")
}

#[tokio::test]
async fn sec_04_no_command_reaches_another_municipality() {
    let world = World::shared().await;
    let (own, foreign) = (full(&world).await, full(&world).await);
    let mut superuser = world.superuser().await;
    let tables = tables(&mut superuser, true).await;
    let mut faults = Vec::new();
    // who → (statements tried on the own municipality, of these done, tried on the other one)
    let mut counts: BTreeMap<&str, (u32, u32, u32)> = BTreeMap::new();
    for table in &tables {
        for tenant in [own.town.id, foreign.town.id] {
            let rows: i64 = superuser
                .value(&format!(
                    "SELECT count(*) FROM app.{table} WHERE tenant_id = {tenant}"
                ))
                .await
                .unwrap();
            if rows == 0 {
                faults.push(format!(
                    "{table} has no row in the seed: nothing is tested of it"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    for mut probe in probes(&world, &own).await {
        let (who, login) = (probe.who, probe.sql.login);
        for table in &tables {
            let readable = granted(&mut superuser, login, table, "SELECT").await;
            let changeable = granted(&mut superuser, login, table, "UPDATE").await;
            let insertable = granted(&mut superuser, login, table, "INSERT").await;
            for tenant in [own.town.id, foreign.town.id] {
                let mut statements = Vec::new();
                if readable.is_empty() {
                    statements.push(("SELECT", format!("SELECT 1 FROM app.{table}")));
                } else {
                    statements.push((
                        "SELECT",
                        format!("SELECT 1 FROM app.{table} WHERE tenant_id = {tenant}"),
                    ));
                }
                for column in &changeable {
                    statements.push((
                        "UPDATE",
                        format!(
                            "UPDATE app.{table} SET {column} = {column} WHERE tenant_id = {tenant}"
                        ),
                    ));
                }
                statements.push((
                    "UPDATE",
                    format!(
                        "UPDATE app.{table} SET tenant_id = {} WHERE tenant_id = {tenant}",
                        own.town.id
                    ),
                ));
                statements.push((
                    "DELETE",
                    format!("DELETE FROM app.{table} WHERE tenant_id = {tenant}"),
                ));
                if !insertable.is_empty() {
                    let columns = insertable.join(", ");
                    let row = copy_of(&mut superuser, table, tenant).await;
                    statements.push((
                        "INSERT",
                        format!(
                            "INSERT INTO app.{table} ({columns}) SELECT {columns} \
                             FROM jsonb_populate_record(NULL::app.{table}, '{row}')"
                        ),
                    ));
                }
                for (command, statement) in statements {
                    let outcome = probe.sql.probe(&statement).await;
                    let count = counts.entry(who).or_default();
                    if tenant == own.town.id {
                        count.0 += 1;
                        count.1 += u32::from(matches!(outcome, Ok(1..)));
                        continue;
                    }
                    count.2 += 1;
                    let untouched = match &outcome {
                        Ok(rows) => *rows == 0,
                        // The guard of assignments answers before the policy does.
                        Err(Refused(code)) => {
                            code == Refused::PRIVILEGE
                                || (table == "assignment" && code == Refused::CHECK)
                        }
                    };
                    if !untouched && !allowed(who, command, table) {
                        faults.push(format!(
                            "{who} {command} {table}: {outcome:?} by {statement}"
                        ));
                    }
                }
            }
        }
    }
    for (who, (tried, done, foreign)) in &counts {
        println!("SEC-04: {who}: own {done} of {tried} done, foreign 0 of {foreign}");
    }
    assert!(faults.is_empty(), "{faults:#?}");
    // The suite sees something: the people of the municipality reach their own rows.
    for who in [
        "teacher",
        "school",
        "municipal",
        "expert",
        "operator",
        "worker",
    ] {
        assert!(
            counts[who].1 > 5,
            "{who} reached nothing of its own: {counts:?}"
        );
    }
}

/// The narrower people of one municipality (SEC-04 within it): a teacher sees itself, a
/// school its organisation, an expert its assignments, nobody another's draft.
#[tokio::test]
async fn within_a_municipality_each_sees_its_own() {
    let world = World::shared().await;
    let town = world.town().await;
    let (one, other) = (town.teacher().await, town.teacher().await);
    let school = town.school(one.organisation.unwrap()).await;
    let coordinator = town.coordinator().await;
    let expert = town.expert().await;
    let operator = world.operator().await;
    let draft = town.draft(&other).await;
    let submitted = town.submitted(&one).await;
    let foreign = town.submitted(&other_school(&town).await).await;
    let sees = async |person: &tests::Person, application: &tests::Application| -> i64 {
        let mut sql = person.sql().await;
        sql.value(&format!(
            "SELECT count(*) FROM app.application WHERE id = {}",
            application.id
        ))
        .await
        .unwrap()
    };
    for (person, sees_draft, sees_submitted, sees_foreign) in [
        (&one, 0, 1, 0),
        (&other, 1, 0, 0),
        (&school, 0, 1, 0),
        (&coordinator, 0, 1, 1),
        (&expert, 0, 0, 0),
        (&operator, 0, 1, 1),
    ] {
        let seen = (
            sees(person, &draft).await,
            sees(person, &submitted).await,
            sees(person, &foreign).await,
        );
        assert_eq!(
            seen,
            (sees_draft, sees_submitted, sees_foreign),
            "{:?}",
            person.role
        );
    }
}

async fn other_school(town: &tests::Town) -> tests::Person {
    town.teacher().await
}

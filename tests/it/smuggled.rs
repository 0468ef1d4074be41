//! Fields smuggled into forms (SEC-07, mass assignment): whatever a form is sent with beside
//! its own fields changes nothing. Every form of every role is posted with fields named after
//! the columns of the database, their values those of another municipality.

use std::collections::BTreeMap;

use domain::role::Role;
use tests::{Session, World};
use uuid::Uuid;

use crate::{
    forms::{Shown, everybody, shown},
    seed::full,
};

/// A status no form leads to, so that one row with it would show.
const STATUS: &str = "decided";

/// Who a row belongs to and whose it is: never a matter of a form.
const LASTING: [&str; 5] = [
    "tenant_id",
    "public_id",
    "account_id",
    "membership_id",
    "by_account",
];

/// The tables of the application.
async fn tables(sql: &mut Session) -> Vec<String> {
    sql.list(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'app'::regnamespace \
         AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1",
    )
    .await
}

/// The columns of a table.
async fn columns(sql: &mut Session, table: &str) -> Vec<String> {
    sql.list(&format!(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = 'app.{table}'::regclass \
         AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    ))
    .await
}

/// A hash of everything one municipality has, table by table.
async fn fingerprint(sql: &mut Session, tenant: i32) -> BTreeMap<String, String> {
    let mut prints = BTreeMap::new();
    for table in tables(sql).await {
        if !columns(sql, &table).await.contains(&"tenant_id".to_owned()) {
            continue;
        }
        let print = format!(
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM app.{table} t \
             WHERE tenant_id = {tenant}"
        );
        prints.insert(table, sql.value(&print).await.unwrap());
    }
    prints
}

/// The lasting columns of every row there is, by table and id.
async fn lasting(sql: &mut Session) -> BTreeMap<String, BTreeMap<i64, String>> {
    let mut rows = BTreeMap::new();
    for table in tables(sql).await {
        let columns = columns(sql, &table).await;
        let kept: Vec<&str> = LASTING
            .into_iter()
            .filter(|name| columns.iter().any(|column| column == name))
            .collect();
        if kept.is_empty() || !columns.contains(&"id".to_owned()) {
            continue;
        }
        let list: Vec<String> = sql
            .list(&format!(
                "SELECT id || ' ' || ROW({})::text FROM app.{table}",
                kept.join(", ")
            ))
            .await;
        let of_table = list.iter().map(|row| {
            let (id, values) = row.split_once(' ').unwrap();
            (id.parse().unwrap(), values.to_owned())
        });
        rows.insert(table, of_table.collect());
    }
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_07_fields_that_no_form_has_change_nothing() {
    let world = World::own().await;
    let people = everybody(&world).await;
    let own = people[0].tenant.unwrap().0;
    let foreign = full(&world).await;
    let site = world.serve().await;
    let shown = shown(&site, &people).await;
    let mut sql = world.superuser().await;
    let alien = Uuid::now_v7();
    let theirs = foreign.teacher.actor;
    let organisation: Uuid = sql
        .value(&format!(
            "SELECT public_id FROM app.organisation WHERE tenant_id = {}",
            foreign.town.id
        ))
        .await
        .unwrap();
    let smuggled: Vec<(String, String)> = [
        ("tenant", foreign.town.id.to_string()),
        ("tenant_id", foreign.town.id.to_string()),
        ("account", theirs.account.0.to_string()),
        ("account_id", theirs.account.0.to_string()),
        ("author_id", theirs.account.0.to_string()),
        ("by_account", theirs.account.0.to_string()),
        ("by_role", "admin".to_owned()),
        ("membership", theirs.membership.to_string()),
        ("membership_id", theirs.membership.to_string()),
        ("organisation_id", organisation.to_string()),
        ("id", alien.to_string()),
        ("public_id", alien.to_string()),
        ("status", STATUS.to_owned()),
        ("route", "operator".to_owned()),
        ("founder_kind", "industry".to_owned()),
        ("role", "admin".to_owned()),
        ("municipality", foreign.town.slug.clone()),
        ("number", "7777777".to_owned()),
        ("edition", "7777".to_owned()),
        ("epoch", "7777".to_owned()),
        ("version", "7777".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();

    let (theirs_before, ours_before) = (
        fingerprint(&mut sql, foreign.town.id).await,
        lasting(&mut sql).await,
    );
    let highest = region(&mut sql).await;
    // Operators work in every municipality: what their own forms change there is meant.
    let (institute, people): (Vec<&Shown>, Vec<&Shown>) = shown
        .iter()
        .filter(|shown| shown.form.post)
        .partition(|shown| shown.role.is_some_and(Role::is_institute));
    let of_people = post_all(&people, &smuggled).await;
    assert_eq!(
        fingerprint(&mut sql, foreign.town.id).await,
        theirs_before,
        "another municipality was touched"
    );
    let of_institute = post_all(&institute, &smuggled).await;
    let (posted, done) = (of_people.0 + of_institute.0, of_people.1 + of_institute.1);
    println!(
        "SEC-07: {posted} posts with {} smuggled fields, {done} of them done",
        smuggled.len()
    );
    assert!(posted > 80 && done > 15, "{posted} posted, {done} done");

    let ours_after = lasting(&mut sql).await;
    let mut faults = Vec::new();
    for (table, before) in &ours_before {
        for (id, values) in before {
            match ours_after[table].get(id) {
                Some(now) if now != values => {
                    faults.push(format!("{table} {id}: was {values}, is {now}"))
                }
                _ => {}
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(region(&mut sql).await, highest, "a smuggled value was kept");
    let routes: i64 = sql
        .value(&format!(
            "SELECT count(*) FROM app.application a JOIN app.organisation o ON o.id = a.organisation_id \
             WHERE a.tenant_id = {own} AND a.route = 'operator' AND a.procedure <> 'simplified' \
             AND o.founder_kind = 'municipal'"
        ))
        .await
        .unwrap();
    assert_eq!(routes, 0, "a route was chosen by a form");
    for table in tables(&mut sql).await {
        let hit: i64 = sql
            .value(&format!(
                "SELECT count(*) FROM app.{table} t WHERE t::text LIKE '%{alien}%'"
            ))
            .await
            .unwrap();
        assert_eq!(hit, 0, "{table} has the smuggled id");
    }
}

/// Posts every form with the smuggled fields; how many posts, and how many of them were done.
async fn post_all(forms: &[&Shown], smuggled: &[(String, String)]) -> (usize, usize) {
    let (mut posted, mut done) = (0, 0);
    for shown in forms {
        // Once after the form's own fields, names it has among them; once only names it has
        // not: neither the first nor the last of two may win.
        let beside = smuggled
            .iter()
            .filter(|(name, _)| !shown.form.names.contains(name));
        let beside: Vec<_> = shown.form.fields.iter().chain(beside).cloned().collect();
        let twice = [&shown.form.fields[..], smuggled].concat();
        for fields in [twice, beside] {
            let page = shown.send(&fields).await;
            assert!(
                !page.status.is_server_error(),
                "{:?} {}",
                shown.role,
                page.told()
            );
            posted += 1;
            done += usize::from(page.status.is_redirection());
        }
    }
    (posted, done)
}

/// What smuggled values would show in, whatever is legitimately done meanwhile: people of the
/// institute, roles, numbers beyond all bounds, the status no form leads to.
async fn region(sql: &mut Session) -> Vec<(String, i64)> {
    let mut counts = Vec::new();
    for table in tables(sql).await {
        for column in columns(sql, &table).await {
            let condition = match column.as_str() {
                "version" | "edition" | "epoch" => format!("{column} >= 7000"),
                "number" => "number::text LIKE '%7777777%'".to_owned(),
                // An administrator asks for printouts of its own as one.
                "role" if table == "printout" => {
                    "role = 'admin' AND account_id NOT IN (SELECT i.account_id \
                     FROM app.institute_member i WHERE i.role = 'admin')"
                        .to_owned()
                }
                "role" | "by_role" => format!("{column} = 'admin'"),
                "status" => format!("status = '{STATUS}'"),
                "founder_kind" => "founder_kind = 'industry'".to_owned(),
                _ => continue,
            };
            // Administrators' own acts are noted with their role.
            if ["audit_event", "region_event"].contains(&table.as_str()) {
                continue;
            }
            let count = format!("SELECT count(*) FROM app.{table} WHERE {condition}");
            counts.push((
                format!("{table}.{column}"),
                sql.value(&count).await.unwrap(),
            ));
        }
    }
    counts
}

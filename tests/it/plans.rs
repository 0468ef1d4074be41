//! How the database goes about lists and searches, by `EXPLAIN` under the role that asks, on the
//! statements the product has (03 §3.3): every list walks an index in its order, the search
//! reads its words' index.

use std::{collections::BTreeSet, fs, path::Path};

use domain::role::Role;
use serde_json::Value;
use sqlx::Row as _;
use tests::{Login, Session, World};

/// Who walks a list, and a part of its statement that no other has.
type List = (&'static [Role], &'static str);

const REGISTRARS: &[Role] = &[Role::Municipal, Role::Operator];

const SCHEDULE: &str = "WHERE a.tenant_id = $6 AND a.status = 'registered'";
const PEOPLE: &str = "WHERE m.ended_at IS NULL AND (m.surname, m.id) > ($1, $2)";
const FOUND: &str = "a.id = ANY ($15) AND a.submitted_at IS NOT NULL";

/// The terms a narrowed list is walked between.
macro_rules! due {
    () => {
        "(a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint)"
    };
}

const LISTS: &[List] = &[
    (
        &[Role::Operator],
        "a.route = 'operator' AND a.procedure = $1 ORDER BY a.due_on, a.id LIMIT 20001",
    ),
    (
        &[Role::Operator],
        concat!(
            "a.procedure = $4 AND ",
            due!(),
            " AND (a.due_on, a.id) > ($15"
        ),
    ),
    (
        &[Role::Operator],
        concat!(
            "a.procedure = $4 AND ",
            due!(),
            " AND (a.due_on, a.id) < ($15"
        ),
    ),
    (
        &[Role::Operator],
        concat!("a.procedure = $4 AND ", due!(), " ORDER BY"),
    ),
    (REGISTRARS, FOUND),
    (
        REGISTRARS,
        "s.period_id = $1 ORDER BY s.id DESC LIMIT 20001",
    ),
    (REGISTRARS, "WHERE m.public_id = $1 LIMIT 20001"),
    (REGISTRARS, "LIMIT 100000) w GROUP BY"),
    (
        REGISTRARS,
        "a.status = 'rejected' AND a.due_on >= $1 ORDER BY a.due_on DESC",
    ),
    (REGISTRARS, SCHEDULE),
    (
        &[Role::Operator],
        "a.status = 'registered' AND a.procedure = 'general' AND (a.due_on, a.id) > ($1, $2) \
      AND ($3::int IS NULL OR s.period_id = $3) AND (NOT $4 OR a.mark = 'none') \
      AND (NOT $5 OR a.experts < 2) AND (NOT $6",
    ),
    (&[Role::Operator], "(s.gap_since, s.id) > ($3, $4)"),
    (REGISTRARS, "ORDER BY c.place, c.moved_at, c.id"),
    (
        REGISTRARS,
        "w.id > coalesce((SELECT x.id FROM app.withdrawal x",
    ),
    (
        &[Role::Operator],
        "w.id < coalesce((SELECT x.id FROM app.withdrawal x",
    ),
    (
        &[Role::School],
        "a.organisation_id = (SELECT app.ctx_organisation()) AND a.status IN",
    ),
    (
        &[Role::School],
        "organisation_id = app.ctx_organisation() AND status = $1 LIMIT 1001",
    ),
    (&[Role::School], "a.status = ANY ($1) AND a.id > $2"),
    (
        &[Role::Expert],
        "x.expert_account_id = $1 AND x.expert_membership_id",
    ),
    (REGISTRARS, PEOPLE),
    (REGISTRARS, "WHERE m.id = ANY ($3) AND m.ended_at IS NULL"),
    (
        &[Role::Municipal],
        "m.role = 'expert' AND m.ended_at IS NULL AND (m.surname, m.id) > ($1, $2)",
    ),
    (
        &[Role::Municipal],
        "WHERE m.role = 'teacher' AND m.ended_at IS NULL AND (m.surname, m.id) > ($1, $2)",
    ),
    (&[Role::Municipal], "m.id = ANY ($3) AND m.role = 'teacher'"),
    (REGISTRARS, "FROM app.invitation i WHERE i.id < $1"),
    (
        REGISTRARS,
        "o.tenant_id = $1 AND o.ended_at IS NULL AND o.name > $2",
    ),
    (&[Role::Operator], "(o.name, o.id) > ($1, $2)"),
    (REGISTRARS, "ORDER BY t.state = 'asked' DESC"),
    (&[Role::Teacher], "FROM app.document_view v JOIN app.file f"),
    (
        &[Role::Operator],
        "a.status = 'registered' AND a.account_id <> $1",
    ),
    (
        &[Role::Operator],
        "WHERE x.order_id = $1 AND a.account_id <> $2",
    ),
    (
        &[Role::Operator],
        "FROM app.order o WHERE $1::uuid IS NULL OR (o.date, o.id)",
    ),
    (&[Role::Operator], "WHERE x.order_id = $1 AND x.id > $2"),
    (
        REGISTRARS,
        "WHERE r.tenant_id = $5 AND (r.date, r.line) > ($1, $2)",
    ),
    (
        &[Role::Operator],
        "d ON true WHERE (r.date, r.line) > ($1, $2)",
    ),
    (
        REGISTRARS,
        "WHERE r.tenant_id = $1 AND r.date >= $2 AND r.date <= $3 LIMIT $4",
    ),
    (
        &[Role::Operator],
        "WHERE r.date >= $1 AND r.date <= $2 LIMIT $3",
    ),
    (
        &[Role::Operator],
        "FROM app.schedule_version WHERE period_id = $1 AND number < $2 ORDER BY number DESC",
    ),
    (
        REGISTRARS,
        "a.registered_on IS NOT NULL AND a.tenant_id = $5 AND (a.registered_on",
    ),
    (
        &[Role::Operator],
        "WHERE a.registered_on IS NOT NULL AND (a.registered_on, a.registered_number)",
    ),
    (
        REGISTRARS,
        "a.id = ANY ($5) AND a.registered_on IS NOT NULL",
    ),
    (REGISTRARS, "FROM app.handover h WHERE ($1::uuid IS NULL"),
    (
        &[Role::Municipal],
        "a.procedure = 'general' AND a.route = 'municipal' AND (a.due_on",
    ),
    // The audit by what leads: nothing, the municipality, the act, the account, what was refused.
    (&[Role::Admin], "e.account_id = $7) ORDER BY e.at DESC"),
    (&[Role::Admin], "AND e.tenant_id = $4 ORDER BY e.at DESC"),
    (&[Role::Admin], "AND e.act = $5 ORDER BY e.at DESC"),
    (&[Role::Admin], "AND e.account_id = $7 ORDER BY e.at DESC"),
    (
        &[Role::Admin],
        "AND e.outcome = 'refused' ORDER BY e.at DESC",
    ),
    (
        REGISTRARS,
        "s.period_id = $2 AND (x1.id IS NULL OR x2.id IS NULL)",
    ),
];

/// The walks of narrowed lists: every order up and down, and their counts, in the municipality in
/// scope (or all, for operators) and in one an operator chooses.
fn narrowed() -> Vec<(&'static [Role], String)> {
    const DUE: &str = due!();
    let number = "(CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, \
        CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id)";
    let mut walks = vec![
        format!("{DUE} ORDER BY"),
        format!("a.status = $5 AND {DUE} ORDER BY"),
    ];
    for way in ["> ($15", "< ($15"] {
        walks.extend([
            format!("{DUE} AND (a.due_on, a.id) {way}"),
            format!("a.status = $5 AND {DUE} AND (a.due_on, a.id) {way}"),
            format!("(a.surname, a.name, a.patronymic, a.id) {way}"),
            format!("{number} {way}"),
            format!("(a.status, a.due_on, a.id) {way}"),
        ]);
    }
    let of = |roles: &'static [Role], lead: &'static str| {
        let walks = walks.clone().into_iter();
        walks.map(move |walk| {
            (
                roles,
                format!("WHERE {lead}a.submitted_at IS NOT NULL AND {walk}"),
            )
        })
    };
    of(REGISTRARS, "")
        .chain(of(&[Role::Operator], "a.tenant_id = $1 AND "))
        .collect()
}

/// What the worker walks from its beginning to its end: the objects of a municipality by number
/// and by key, the audit in the order of its seals.
const WALKS: [&str; 4] = [
    "s3_key, size, sha256 FROM app.file WHERE tenant_id = (SELECT app.ctx_tenant()) AND id > $1",
    "SELECT DISTINCT s3_key FROM app.file",
    "AND (xact, id) <= ($3, $4) ORDER BY xact, id",
    "AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY xact, id",
];

/// Statements with a limit that are no lists: counters of home pages, and what is of one person.
const OTHERS: [List; 7] = [
    (&[Role::Municipal], "AS \"not_applied!\""),
    (
        &[Role::Operator],
        "m.status <> 'removed' AND (m.name, m.id) > (",
    ),
    (
        REGISTRARS,
        "ORDER BY count(*) DESC, x.expert_membership_id LIMIT 10",
    ),
    (&[Role::Operator], "AS \"gaps!\""),
    (&[Role::Municipal], "WHERE r.state = 'open' ORDER BY r.id"),
    (
        &[Role::Teacher, Role::Operator],
        "FROM app.letter WHERE account_id",
    ),
    (&[Role::Teacher], "card_id = $3 ORDER BY id DESC LIMIT 2"),
];

/// Statements whose rows are put in order after they are read, with the reason.
const SORTED: &[(&str, &str)] = &[
    (FOUND, "at most the 20000 rows a narrow filter finds"),
    (
        "a.id = ANY ($5) AND a.registered_on",
        "at most the 1000 rows a search looks through",
    ),
    (
        "m.id = ANY ($3) AND m.ended_at",
        "at most the 1000 rows a search looks through",
    ),
    (
        "m.id = ANY ($3) AND m.role = 'teacher'",
        "at most the 1000 rows a search looks through",
    ),
    (
        "card_id = $3 ORDER BY id DESC",
        "the applications of one card",
    ),
];

pub struct Statement {
    pub text: String,
    parameters: usize,
}

/// The statements of `libs/db`, blanks collapsed.
pub fn statements() -> Vec<Statement> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../libs/db/.sqlx");
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let described: Value = serde_json::from_str(&text).unwrap();
            let words: Vec<&str> = described["query"]
                .as_str()
                .unwrap()
                .split_whitespace()
                .collect();
            let parameters = &described["describe"]["parameters"]["Left"];
            Statement {
                text: words.join(" "),
                parameters: parameters.as_array().unwrap().len(),
            }
        })
        .collect()
}

/// Whether a statement limits how many rows it reads, to more than one.
fn is_limited(text: &str) -> bool {
    text.split("LIMIT ")
        .skip(1)
        .any(|rest| !rest.trim_start_matches('1').starts_with([' ', ')']) && rest != "1")
}

/// A region of 30 000 applications, the first municipality the largest.
async fn region(world: &World) -> Session {
    world.fill(40, 30_000).await;
    world.superuser().await
}

async fn tenant_tables(sql: &mut Session) -> BTreeSet<String> {
    let tables = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                  WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id'";
    sql.list(tables).await.into_iter().collect()
}

/// The plan of a statement already prepared as `asked`.
async fn plan(sql: &mut Session, arguments: &str) -> Value {
    let rows = sql
        .rows(&format!("EXPLAIN (FORMAT JSON) EXECUTE asked{arguments}"))
        .await;
    rows.unwrap()[0].get::<Value, _>(0)[0]["Plan"].clone()
}

/// The nodes of a plan, each with whether it stands below a limit of the statement itself and
/// not of a question about one of its rows.
fn nodes<'a>(node: &'a Value, limited: bool, into: &mut Vec<(&'a Value, bool)>) {
    let relationship = node["Parent Relationship"].as_str().unwrap_or_default();
    let about_a_row = relationship == "SubPlan";
    let limited = (limited && !about_a_row) || node["Node Type"] == "Limit";
    into.push((node, limited && !about_a_row));
    for below in node["Plans"].as_array().into_iter().flatten() {
        nodes(below, limited, into);
    }
}

fn is(node: &Value, kinds: &[&str]) -> bool {
    node["Node Type"]
        .as_str()
        .is_some_and(|kind| kinds.contains(&kind))
}

#[tokio::test]
async fn every_list_walks_an_index_in_its_order() {
    let world = World::own().await;
    let mut superuser = world.superuser().await;
    let tables = tenant_tables(&mut superuser).await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    let people = [
        town.school(teacher.organisation.unwrap()).await,
        teacher,
        town.coordinator().await,
        town.expert().await,
        world.operator().await,
        world.admin().await,
    ];
    let statements = statements();
    let mut faults = Vec::new();
    let mut explained = 0;
    let narrowed = narrowed();
    let narrowed = || narrowed.iter().map(|(roles, part)| (*roles, part.as_str()));
    let known = || LISTS.iter().copied().chain(OTHERS).chain(narrowed());
    let parts: Vec<&str> = known().map(|(_, part)| part).chain(WALKS).collect();
    let listed = |text: &str| parts.iter().filter(|part| text.contains(**part)).count();
    for statement in statements
        .iter()
        .filter(|statement| is_limited(&statement.text))
    {
        let about = tables
            .iter()
            .any(|table| statement.text.contains(&format!("app.{table} ")));
        if about && listed(&statement.text) != 1 {
            faults.push(format!(
                "stands {} times in LISTS: {}",
                listed(&statement.text),
                statement.text
            ));
        }
    }
    // The worker has none of the roles.
    let walks = WALKS.map(|part| (&[][..], part));
    for (roles, part) in known().chain(walks) {
        let found: Vec<_> = statements
            .iter()
            .filter(|statement| statement.text.contains(part))
            .collect();
        let [statement] = found.as_slice() else {
            faults.push(format!("{} statements have «{part}»", found.len()));
            continue;
        };
        let may_sort = SORTED
            .iter()
            .any(|(sorted, _)| statement.text.contains(sorted));
        let counter = OTHERS.iter().any(|(_, other)| *other == part);
        let mut asking = Vec::new();
        for role in roles {
            let person = people.iter().find(|person| person.role == *role).unwrap();
            asking.push((role.code(), person.sql().await));
        }
        if roles.is_empty() {
            asking.push(("worker", world.login(Login::Worker).await));
        }
        for (who, mut sql) in asking {
            // What no index serves stays a scan or a sort however dear it is.
            sql.script("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_sort = off")
                .await;
            sql.script(&format!("PREPARE asked AS {}", statement.text))
                .await;
            let nulls = vec!["NULL"; statement.parameters].join(", ");
            let arguments = if nulls.is_empty() {
                nulls
            } else {
                format!("({nulls})")
            };
            let plan = plan(&mut sql, &arguments).await;
            let mut all = Vec::new();
            nodes(&plan, false, &mut all);
            for (node, limited) in all {
                let table = node["Relation Name"].as_str().unwrap_or_default();
                if is(node, &["Seq Scan"]) && tables.contains(table) {
                    faults.push(format!("{who} scans all of {table}: {part}"));
                }
                if limited && !may_sort && !counter && is(node, &["Sort", "Incremental Sort"]) {
                    faults.push(format!("{who} sorts by {}: {part}", node["Sort Key"]));
                }
            }
            explained += 1;
        }
    }
    println!(
        "plans: {explained} explained, {} statements, {} sorted for a reason",
        parts.len(),
        SORTED.len()
    );
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The lists a large municipality's people open most, at their true costs: the planner must not
/// think that policies leave so little that it may be gathered and sorted.
#[tokio::test]
async fn lists_of_a_large_municipality_are_not_sorted() {
    let world = World::own().await;
    drop(region(&world).await);
    let mut sql = world.town().await.coordinator().await.sql().await;
    sql.set("tenant", "1").await;
    sql.script("SET plan_cache_mode = force_generic_plan").await;
    let statements = statements();
    let narrowed = narrowed();
    let own = narrowed.iter().filter(|(roles, _)| *roles == REGISTRARS);
    let own = own.map(|(_, part)| part.as_str());
    for part in own.chain([SCHEDULE, PEOPLE]) {
        let mut found = statements
            .iter()
            .filter(|statement| statement.text.contains(part));
        let statement = found.next().unwrap();
        sql.script(&format!("PREPARE asked AS {}", statement.text))
            .await;
        let nulls = vec!["NULL"; statement.parameters].join(", ");
        let plan = plan(&mut sql, &format!("({nulls})")).await;
        let mut all = Vec::new();
        nodes(&plan, false, &mut all);
        // The few requests of one gap, of which a row shows the last.
        let of_a_row = |node: &Value| node["Sort Key"] == serde_json::json!(["r.id DESC"]);
        let sorted =
            |(node, limited): &(&Value, bool)| *limited && is(node, &["Sort"]) && !of_a_row(node);
        assert!(!all.iter().any(sorted), "{part}: {plan:#}");
        sql.script("DEALLOCATE asked").await;
    }
}

/// What a definer's function reads by, from its own source.
async fn queries_of(sql: &mut Session, function: &str) -> Vec<String> {
    let source: String = sql
        .value(&format!(
            "SELECT prosrc FROM pg_proc WHERE oid = 'app.{function}'::regproc"
        ))
        .await
        .unwrap();
    let queries = source.split("RETURN QUERY").skip(1);
    queries
        .map(|rest| {
            let (query, _) = rest.split_once(';').unwrap();
            query
                .replace("p_query", "$1")
                .replace("p_login", "$2")
                .replace("p_organisation", "$3")
        })
        .collect()
}

#[tokio::test]
async fn the_search_reads_the_index_of_its_words() {
    let world = World::own().await;
    let mut sql = region(&world).await;
    // As many organisations as a large region has: a few hundred are read whole sooner.
    sql.script(
        "INSERT INTO app.organisation (tenant_id, public_id, type, founder_kind, name)
           SELECT 1 + n % 40, gen_random_uuid(), o.type, o.founder_kind, 'Детский сад № ' || n
           FROM generate_series(1, 20000) n, (SELECT * FROM app.organisation LIMIT 1) o;
         ANALYZE app.organisation",
    )
    .await;
    sql.script("SET ROLE attest_definer; SET search_path = app")
        .await;
    sql.set("tenant", "1").await;
    sql.set("organisation", "1").await;
    let mut explained = 0;
    for (function, index, callers) in [
        (
            "search_applications",
            "application_search",
            ["operator", "municipal"],
        ),
        (
            "search_people",
            "membership_search",
            ["operator", "municipal"],
        ),
    ] {
        for (n, query) in queries_of(&mut sql, function).await.iter().enumerate() {
            sql.script(&format!("PREPARE asked(tsquery, text, tsquery) AS {query}"))
                .await;
            for mode in ["force_custom_plan", "force_generic_plan"] {
                sql.script(&format!("SET plan_cache_mode = {mode}")).await;
                let plan = plan(
                    &mut sql,
                    "('''иванова'':* & ''мар'':*', 'user12345', '''школа'':* & ''12''')",
                )
                .await;
                let mut all = Vec::new();
                nodes(&plan, false, &mut all);
                let scans = all
                    .iter()
                    .filter(|(node, _)| is(node, &["Seq Scan"]))
                    .count();
                assert_eq!(scans, 0, "{function} {mode}: {plan:#}");
                // The narrower callers come after these and may have fewer rows than words.
                if n < callers.len() {
                    let read = all.iter().any(|(node, _)| node["Index Name"] == index);
                    assert!(read, "{} {mode}: {plan:#}", callers[n]);
                }
                if n == 0 && function == "search_applications" {
                    let read = all
                        .iter()
                        .any(|(node, _)| node["Index Name"] == "organisation_search");
                    assert!(read, "{mode}: {plan:#}");
                }
                explained += 1;
            }
            sql.script("DEALLOCATE asked").await;
        }
    }
    println!("plans: {explained} of searches on 30000 applications, no table read whole");
    assert_eq!(explained, 12);
}

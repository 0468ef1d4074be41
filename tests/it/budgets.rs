//! What a list may read (03 §3.3): the pages of the database a statement touches, by `EXPLAIN
//! (ANALYZE, BUFFERS)` under the role that asks, on a region of 30 000 applications of which the
//! first municipality has every fiftieth. Pages and not time: they are the same on any machine.

use serde_json::Value;
use sqlx::Row as _;
use tests::{Session, World};

use crate::plans::{Statement, statements};

/// A page of a list touches this many pages of the database at most, for its fifty rows and
/// what stands beside each of them.
const PAGE: i64 = 1_000;
/// Finding its rows, from the first to the fiftieth.
const WALK: i64 = 100;
/// Counting to «1000+».
const COUNT: i64 = 2_000;

/// What a narrowed list is narrowed to, in the order of its statements' parameters.
#[derive(Clone, Copy)]
struct Filter {
    route: &'static str,
    procedure: &'static str,
    status: &'static str,
    experts: bool,
}

const ALL: Filter = Filter {
    route: "NULL",
    procedure: "NULL",
    status: "NULL",
    experts: false,
};

impl Filter {
    /// Its parameters, then the row the page begins after.
    fn with(self, after: &[&str]) -> Vec<String> {
        let Self {
            route,
            procedure,
            status,
            experts,
        } = self;
        let experts = experts.to_string();
        let filter = [
            "NULL",
            "NULL",
            route,
            procedure,
            status,
            "NULL",
            "NULL",
            "NULL",
            "'1970-01-01'",
            "'9999-01-01'",
            "NULL",
            "NULL",
            "false",
            &experts,
        ];
        filter
            .iter()
            .chain(after)
            .map(|value| (*value).to_owned())
            .collect()
    }
}

const DUE: &str = "(a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint)";
const LINES: &str = "JOIN unnest($1::bigint[]) WITH ORDINALITY i(id, place)";
const FIRST: [&str; 2] = ["'1970-01-01'", "0"];
const LAST: [&str; 2] = ["'9999-01-01'", "9223372036854775807"];

/// A statement of a list: what it is, the part it is told by, its values, its budget.
type Asked = (&'static str, String, Vec<String>, i64);

/// The lists over everything submitted that both roles open, and the rows of these on a page.
fn lists(newest: &str) -> Vec<Asked> {
    let waiting = Filter {
        status: "'under_review'",
        ..ALL
    };
    let without_experts = Filter {
        status: "'registered'",
        experts: true,
        ..ALL
    };
    let all = "WHERE a.submitted_at IS NOT NULL AND ";
    let number = "(CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, \
        CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id) < (";
    let of_status = |rest: &str| format!("{all}a.status = $5 AND {DUE} {rest}");
    vec![
        (
            "newest first",
            format!("{all}{DUE} AND (a.due_on, a.id) < ("),
            ALL.with(&LAST),
            WALK,
        ),
        (
            "oldest first",
            format!("{all}{DUE} AND (a.due_on, a.id) > ("),
            ALL.with(&FIRST),
            WALK,
        ),
        (
            "by name",
            format!("{all}(a.surname, a.name, a.patronymic, a.id) > ("),
            ALL.with(&["''", "''", "''", "0"]),
            WALK,
        ),
        (
            "by number",
            format!("{all}{number}"),
            ALL.with(&["'9999-01-01'", "2147483647", "9223372036854775807"]),
            WALK,
        ),
        (
            "number of all",
            format!("{all}{DUE} ORDER BY"),
            ALL.with(&[]),
            COUNT,
        ),
        (
            "waiting",
            of_status("AND (a.due_on, a.id) > ("),
            waiting.with(&FIRST),
            WALK,
        ),
        (
            "number of the waiting",
            of_status("ORDER BY"),
            waiting.with(&[]),
            COUNT,
        ),
        (
            "without experts",
            of_status("AND (a.due_on, a.id) > ("),
            without_experts.with(&FIRST),
            COUNT,
        ),
        (
            "number without experts",
            of_status("ORDER BY"),
            without_experts.with(&[]),
            COUNT,
        ),
        (
            "rows of a page",
            LINES.to_owned(),
            vec![format!("'{newest}'")],
            PAGE,
        ),
    ]
}

/// Those an operator alone has.
fn queue() -> Vec<Asked> {
    let simplified = Filter {
        route: "'operator'",
        procedure: "'simplified'",
        status: "'under_review'",
        experts: false,
    };
    vec![
        (
            "queue",
            format!("a.procedure = $4 AND {DUE} AND (a.due_on, a.id) > ("),
            simplified.with(&FIRST),
            WALK,
        ),
        (
            "number of the queue",
            format!("a.procedure = $4 AND {DUE} ORDER BY"),
            simplified.with(&[]),
            COUNT,
        ),
        (
            "counters of the home page",
            "AS \"gaps!\"".to_owned(),
            Vec::new(),
            COUNT,
        ),
    ]
}

/// How many pages of the database a statement touches.
async fn touched(sql: &mut Session, statement: &Statement, values: &[String]) -> i64 {
    sql.script(&format!("PREPARE asked AS {}", statement.text))
        .await;
    let values = match values {
        [] => String::new(),
        values => format!("({})", values.join(", ")),
    };
    let plan = sql
        .rows(&format!(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE asked{values}"
        ))
        .await
        .unwrap();
    sql.script("DEALLOCATE asked").await;
    let plan = &plan[0].get::<Value, _>(0)[0]["Plan"];
    ["Shared Hit Blocks", "Shared Read Blocks"]
        .iter()
        .map(|kind| plan[kind].as_i64().unwrap())
        .sum()
}

#[tokio::test]
async fn every_list_reads_no_more_than_its_budget() {
    let world = World::own().await;
    world.fill(40, 30_000).await;
    let mut coordinator = world.town().await.coordinator().await.sql().await;
    coordinator.set("tenant", "1").await;
    let mut operator = world.operator().await.sql().await;
    let statements = statements();
    let mut over = Vec::new();
    for (who, sql, own) in [
        ("coordinator", &mut coordinator, Vec::new()),
        ("operator", &mut operator, queue()),
    ] {
        let newest: String = sql
            .value(
                "SELECT array_agg(id)::text FROM (SELECT id FROM app.application
                   WHERE submitted_at IS NOT NULL ORDER BY due_on DESC LIMIT 50) newest",
            )
            .await
            .unwrap();
        sql.script("SET plan_cache_mode = force_generic_plan").await;
        for (list, part, values, budget) in [lists(&newest), own].concat() {
            let mut found = statements.iter().filter(|one| one.text.contains(&part));
            let (statement, None) = (
                found.next().unwrap_or_else(|| panic!("{part}")),
                found.next(),
            ) else {
                panic!("several statements have «{part}»");
            };
            let pages = touched(sql, statement, &values).await;
            println!("budget: {who}, {list}: {pages} pages of {budget}");
            if pages > budget {
                over.push(format!("{who}, {list}: {pages} pages of {budget}"));
            }
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

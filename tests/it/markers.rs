//! Nothing of another municipality in any answer (SEC-12). Every text of municipality B — the
//! columns are taken from the catalogue, so a new one is covered the day it appears — holds a
//! marker. No page, list, filter, letter or session of A's people has one; operators find what
//! was submitted, and never a card, a draft or a letter.

use std::collections::{BTreeMap, BTreeSet};

use domain::role::Role;
use tests::{Browser, Page, Person, Session, Town, World, stack::in_redis};
use uuid::Uuid;

use crate::{
    forms::walk,
    pages::{Visitors, object, with_bytes},
    routes::{Route, routes},
    seed::{Full, full},
};

/// What every marker begins with, in Russian letters and where only Latin ones may stand.
const MARKS: [&str; 2] = ["маркерб-", "zzmarkb"];

/// What everybody may see of every municipality: its organisations are chosen from (03 §3.3).
const OPEN: [&str; 1] = ["organisation"];

/// What operators never see, submitted or not.
const KEPT_FROM_OPERATORS: [&str; 5] = ["card", "draft", "letter", "job", "organisation_request"];

/// Where a marker stands: table, column, which rows.
struct Place {
    /// The table, or «draft» for what was not submitted.
    name: String,
    table: String,
    column: String,
    rows: String,
}

/// Every text column of every row that is B's: by its municipality, or by its people.
async fn places(sql: &mut Session, tenant: i32) -> Vec<Place> {
    let columns = sql
        .list::<String>(
            "SELECT c.relname || ' ' || a.attname || ' ' || EXISTS (SELECT FROM pg_attribute t \
               WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')::text \
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
               AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' \
               AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype) \
               AND (c.relname = 'account' OR EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid \
                 AND t.attname IN ('tenant_id', 'account_id'))) \
               AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' \
                 AND a.attnum = ANY (f.conkey)) \
             ORDER BY 1",
        )
        .await;
    let people = format!("SELECT account_id FROM app.membership WHERE tenant_id = {tenant}");
    let mut places = Vec::new();
    for column in &columns {
        let [table, column, tenants] = column.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{column}");
        };
        if OPEN.contains(&table) {
            continue;
        }
        let of = match (table, tenants) {
            ("account", _) => format!("id IN ({people})"),
            (_, "true") => format!("tenant_id = {tenant}"),
            _ => format!("account_id IN ({people})"),
        };
        let place = |name: &str, rows: String| Place {
            name: name.to_owned(),
            table: table.to_owned(),
            column: column.to_owned(),
            rows,
        };
        if table == "application" {
            places.push(place("draft", format!("{of} AND submitted_at IS NULL")));
            places.push(place(table, format!("{of} AND submitted_at IS NOT NULL")));
        } else {
            places.push(place(table, of));
        }
    }
    places
}

/// Plants markers that begin so, as SQL writes them; where one stands, and the columns that hold codes and can hold none.
pub async fn plant(
    sql: &mut Session,
    tenant: i32,
    marks: [&str; 2],
) -> (BTreeSet<String>, BTreeSet<String>) {
    // Triggers and keys are asleep; what a column may hold is still checked.
    sql.script("SET session_replication_role = replica").await;
    // Its values are parsed, and a marker is no name: without it the columns beside it are shown.
    sql.script(&format!(
        "UPDATE app.application SET snapshot = NULL WHERE tenant_id = {tenant}"
    ))
    .await;
    let (mut planted, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for place in places(sql, tenant).await {
        let Place {
            name,
            table,
            column,
            rows,
        } = place;
        let tag = "substr(md5(random()::text), 1, 8)";
        let in_json = format!(
            "regexp_replace({column}::text, ': \"[^\"]*\"', ': \"{}{name}\"', 'g')::jsonb",
            marks[0]
        );
        let shapes = [
            format!("'{}{name}-' || {tag}", marks[0]),
            format!("'{}{name}-' || {tag} || '@example.test'", marks[1]),
            format!("'{}' || {tag}", marks[1]),
            in_json,
        ];
        let what = format!("{name}.{column}");
        let mut done = None;
        for shape in shapes {
            let update = format!("UPDATE app.{table} SET {column} = {shape} WHERE {rows}");
            if let Ok(changed) = sql.run(&update).await {
                done = Some(changed);
                break;
            }
        }
        match done {
            Some(0) => {}
            Some(_) => {
                planted.insert(what);
            }
            None => {
                codes.insert(what);
            }
        }
    }
    sql.script("SET session_replication_role = DEFAULT").await;
    (planted, codes)
}

/// The names of the markers in a text: what is behind the mark up to the next dash.
fn marks(text: &str) -> BTreeSet<String> {
    MARKS
        .iter()
        .flat_map(|mark| text.split(mark).skip(1))
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect()
        })
        .collect()
}

/// What an address may be asked with: every parameter any form of filters has, and some that
/// none has, with B's marks and ids, with formats and orders.
fn questions(page_names: &BTreeSet<String>, ids: &[String]) -> Vec<String> {
    let names = page_names.iter().map(String::as_str).chain([
        "after",
        "q",
        "query",
        "search",
        "sort",
        "order",
        "format",
        "page",
        "state",
        "cabinet",
        "card",
        "edit",
        "municipality",
        "organisation",
        "account",
        "tenant",
    ]);
    let names: BTreeSet<&str> = names.collect();
    let mut values = vec![
        MARKS[0].trim_end_matches('-').to_owned(),
        "%".to_owned(),
        "all".to_owned(),
        "csv".to_owned(),
        "-surname".to_owned(),
    ];
    values.extend(ids.iter().cloned());
    values
        .iter()
        .map(|value| {
            let pairs = names.iter().map(|name| (*name, value.as_str()));
            let url = reqwest::Url::parse_with_params("http://localhost", pairs).unwrap();
            url.query().unwrap_or_default().to_owned()
        })
        .collect()
}

/// Every answer a person gets: the pages it comes to by links, every address of its sections
/// with its own and B's objects, asked in every way.
async fn answers(
    world: &World,
    browser: &Browser,
    person: Option<Role>,
    [own, foreign]: [&Full; 2],
) -> Vec<Page> {
    let home = person.map_or("/", Role::home);
    let mut pages = walk(browser, home).await;
    let names: BTreeSet<String> = pages
        .iter()
        .flat_map(Page::forms)
        .filter(|form| !form.post)
        .flat_map(|form| form.names)
        .collect();
    let section = home.trim_start_matches('/');
    let cabinets: Vec<&str> = Role::ALL
        .into_iter()
        .map(|role| role.home().trim_start_matches('/'))
        .collect();
    let theirs = |route: &Route| route.section() == section || !cabinets.contains(&route.section());
    let of_b = ids_of_b(world, &foreign.town).await;
    for route in routes().iter().filter(|route| route.get && theirs(route)) {
        if route.path.starts_with("/assets") {
            continue;
        }
        let paths = if route.path.contains("{id}") {
            vec![
                route.with(&object(world, own, route).await),
                route.with(&object(world, foreign, route).await),
            ]
        } else {
            vec![route.path.replace("{slug}", &own.town.slug)]
        };
        for path in paths {
            pages.push(browser.get(&path).await);
            for question in questions(&names, &of_b) {
                pages.push(browser.get(&format!("{path}?{question}")).await);
            }
        }
    }
    pages
}

/// Ids of B's things an address may be asked with: an application, a card, a membership …
async fn ids_of_b(world: &World, town: &Town) -> Vec<String> {
    let mut sql = world.superuser().await;
    let mut ids = Vec::new();
    for table in ["application", "card", "membership"] {
        let id: Uuid = sql
            .value(&format!(
                "SELECT public_id FROM app.{table} WHERE tenant_id = {} ORDER BY id LIMIT 1",
                town.id
            ))
            .await
            .unwrap();
        ids.push(id.to_string());
    }
    ids.push(town.slug.clone());
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_12_nothing_of_another_municipality_in_any_answer() {
    let world = World::own().await;
    let (own, foreign) = (full(&world).await, full(&world).await);
    with_bytes(&world, &own).await;
    with_bytes(&world, &foreign).await;
    for town in [&own.town, &foreign.town] {
        town.draft(&town.teacher().await).await;
        town.submitted(&town.teacher().await).await;
    }
    let mut sql = world.superuser().await;
    let (planted, codes) = plant(&mut sql, foreign.town.id, MARKS).await;
    println!(
        "SEC-12: markers in {} columns, codes in {}: {codes:?}",
        planted.len(),
        codes.len()
    );
    // Names, addresses, reasons and words are there; if not, nothing is tested.
    for column in [
        "application.surname",
        "account.email",
        "card.surname_gen",
        "draft.surname",
        "file.name",
        "invitation.email",
        "membership.surname",
        "withdrawal.reason",
    ] {
        assert!(
            planted.contains(column),
            "no marker in {column}: {planted:?}"
        );
    }

    let site = world.serve().await;
    let visitors = Visitors::of(&site, &world, &own).await;
    let (mut asked, mut faults) = (0, BTreeMap::new());
    let mut seen_by_operators = BTreeSet::new();
    for (role, browser) in &visitors.people {
        for page in answers(&world, browser, *role, [&own, &foreign]).await {
            asked += 1;
            let text = format!("{} {:?} {:?}", page.body, page.location, page.headers);
            let found = marks(&text);
            let operator = *role == Some(Role::Operator);
            if operator {
                seen_by_operators.extend(found.iter().cloned());
            }
            for name in found {
                if !operator || KEPT_FROM_OPERATORS.contains(&name.as_str()) {
                    faults.insert((*role, name), page.path.clone());
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    for name in ["application", "membership", "file", "assignment"] {
        assert!(
            seen_by_operators.contains(name),
            "operators do not find {name}: {seen_by_operators:?}"
        );
    }
    let letters = letters(&world, &own).await;
    let sessions = sessions().await;
    println!(
        "SEC-12: {asked} answers, {letters} letters, {sessions} keys of Redis; operators saw {seen_by_operators:?}"
    );
    assert!(
        asked > 500 && letters >= 3,
        "{asked} answers, {letters} letters"
    );
}

/// Composes every letter that waits for A's people; how many there were.
async fn letters(world: &World, own: &Full) -> usize {
    let one_more = invited(world, &own.town, &own.coordinator).await;
    assert!(one_more.is_ok());
    let mut composed = 0;
    while let Some(letter) = world.app().claim_letter().await.unwrap() {
        if letter.tenant.is_none_or(|tenant| tenant.0 != own.town.id) {
            continue;
        }
        let mail = world.app().compose(&letter, "http://localhost").await;
        if let Some(mail) = mail.unwrap() {
            let found = marks(&format!("{} {} {}", mail.to, mail.subject, mail.body));
            assert!(found.is_empty(), "{:?}: {found:?}", letter.kind);
            composed += 1;
        }
    }
    composed
}

async fn invited(world: &World, town: &Town, coordinator: &Person) -> app::Result<usize> {
    let invite = app::invitations::Invite {
        emails: "marked@example.test".to_owned(),
        role: "expert".to_owned(),
        municipality: town.slug.clone(),
        organisation: String::new(),
    };
    world.app().invite(coordinator, &invite).await
}

/// Looks through everything in Redis, all people's sessions among it; how many keys there are.
async fn sessions() -> usize {
    let held = in_redis().await;
    for (key, values) in &held {
        let found = marks(values);
        assert!(found.is_empty(), "{key}: {found:?}");
    }
    held.len()
}

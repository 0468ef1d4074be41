//! SEC-01: hostile SQL with each login's own credentials in `psql`, one session an attack. The
//! attacks stand in `hostile/*.sql`, those every login tries in `anybody.sql`:
//!
//! ```sql
//! -- attack: what it is after
//! -- as: teacher | school | municipal        (tenant.sql only)
//! -- expect: 42501 or nothing
//! statements, with the ids :my_… of the own and :their_… of another municipality
//! ```
//!
//! Expected is a SQLSTATE, `nothing` (no row read or written, no error), `nothing of theirs`
//! (whatever is answered), `same` (another municipality's row and one that never was are
//! answered alike), `theirs` (the known limit of README), or a line of output. A superuser
//! compares all of the other municipality before and after.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use domain::actor::Actor;
use sqlx::Row as _;
use tests::{Login, Person, Session, World, stack::STACK};
use uuid::Uuid;

use crate::seed::{Full, full};

/// What is planted in the other municipality: in what is submitted, in what tells who somebody
/// is, and in what nobody but its owner reads.
const CASE: &str = "ЧужоеДело";
const PERSON: &str = "chuzhoiadres";
const SECRET: &str = "ЧужаяТайна";

struct Attack {
    file: String,
    title: String,
    who: String,
    expect: Vec<String>,
    sql: String,
}

fn attacks(file: &str) -> Vec<Attack> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("it/hostile/{file}.sql"));
    let text = std::fs::read_to_string(path).unwrap();
    let parts = text.split("-- attack: ").skip(1);
    parts
        .map(|part| {
            let (title, rest) = part.split_once('\n').unwrap();
            let header = |name: &str| {
                let lines = rest.lines().take_while(|line| line.starts_with("-- "));
                lines
                    .filter_map(|line| line.strip_prefix(&format!("-- {name}: ")))
                    .next()
                    .map(str::to_owned)
            };
            let sql: Vec<&str> = rest
                .lines()
                .skip_while(|line| line.starts_with("-- "))
                .collect();
            let expect = header("expect").unwrap_or_else(|| panic!("{file}: {title}: no outcome"));
            Attack {
                file: file.to_owned(),
                title: title.to_owned(),
                who: header("as").unwrap_or_default(),
                expect: expect.split(" or ").map(str::to_owned).collect(),
                sql: sql.join("\n"),
            }
        })
        .collect()
}

/// What psql printed.
#[derive(Debug)]
struct Answer {
    codes: Vec<String>,
    lines: Vec<String>,
    all: String,
}

impl Answer {
    fn meets(&self, expected: &str) -> bool {
        let empty = self.lines.iter().all(|line| is_quiet(line));
        match expected {
            "nothing" => self.codes.is_empty() && empty,
            "nothing of theirs" => true,
            code if code.len() == 5 && code.chars().all(|c| c.is_ascii_alphanumeric()) => {
                self.codes.first().is_some_and(|first| first == code) && empty
            }
            line => self.codes.is_empty() && self.lines.iter().any(|printed| printed == line),
        }
    }

    /// The answer without the ids that were asked for.
    fn masked(&self, ids: &BTreeMap<String, String>) -> String {
        let mut text = self.all.clone();
        for id in ids.values().filter(|id| id.len() > 8) {
            text = text.replace(id.as_str(), "ID");
        }
        text.retain(|c| !c.is_ascii_digit());
        text
    }
}

fn is_quiet(line: &str) -> bool {
    const TAGS: [&str; 20] = [
        "",
        "f",
        "0",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SET",
        "RESET",
        "DO",
        "LISTEN",
        "NOTIFY",
        "PREPARE",
        "DECLARE CURSOR",
        "UPDATE 0",
        "INSERT 0 0",
        "DELETE 0",
        "MERGE 0",
        "COPY 0",
        "FETCH 0",
        "{}",
    ];
    TAGS.contains(&line)
}

/// Runs one attack in a psql of its own.
fn psql(url: &str, context: &str, ids: &BTreeMap<String, String>, sql: &str) -> Answer {
    let mut script = "\\set VERBOSITY verbose\n".to_owned();
    for (name, id) in ids {
        writeln!(script, "\\set {name} {id}").unwrap();
    }
    writeln!(script, "\\o /dev/null\n{context}\n\\o\n{sql}").unwrap();
    let mut child = Command::new("psql")
        .args(["-X", "-A", "-t", "-d", url])
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let codes = errors
        .lines()
        .filter_map(|line| line.split_once("ERROR:  "))
        .map(|(_, error)| error.chars().take(5).collect())
        .collect();
    Answer {
        codes,
        lines: printed.lines().map(str::to_owned).collect(),
        all: format!("{printed}{errors}"),
    }
}

/// The ids the attacks name, and whose they are.
async fn ids(world: &World, own: &Full, foreign: &Full) -> BTreeMap<String, String> {
    let mut sql = world.superuser().await;
    let mut ids = BTreeMap::new();
    // The own last: what a session of the harness said last is seen by others of its login.
    for (whose, town) in [("their", foreign), ("my", own)] {
        let submitted = town.town.submitted(&town.town.teacher().await).await;
        let operators = town
            .town
            .submitted_by(&town.town.teacher().await, "simplified")
            .await;
        let draft = town.town.draft(&town.town.teacher().await).await;
        let (tenant, account) = (town.town.id, town.teacher.account.0);
        let mut keep = |name: &str, value: String| ids.insert(format!("{whose}_{name}"), value);
        keep("tenant", tenant.to_string());
        keep("account", account.to_string());
        keep("login", town.teacher.login.clone());
        keep("membership", town.teacher.membership.to_string());
        keep(
            "organisation",
            town.teacher.organisation.unwrap().to_string(),
        );
        keep("expert", town.expert.membership.to_string());
        keep("expert_account", town.expert.account.0.to_string());
        keep(
            "coordinator_account",
            town.coordinator.account.0.to_string(),
        );
        keep("submitted", submitted.id.to_string());
        keep("operators", operators.id.to_string());
        keep("draft", draft.id.to_string());
        for (name, of) in [
            (
                "application",
                "id::text FROM app.application WHERE status = 'registered' AND",
            ),
            (
                "public",
                "public_id::text FROM app.application WHERE status = 'registered' AND",
            ),
            ("card", "id::text FROM app.card WHERE"),
            ("card_public", "public_id::text FROM app.card WHERE"),
            ("file", "id::text FROM app.file WHERE"),
            ("request", "id::text FROM app.organisation_request WHERE"),
            ("invitation", "id::text FROM app.invitation WHERE"),
        ] {
            let query = format!("SELECT {of} tenant_id = {tenant} ORDER BY id LIMIT 1");
            keep(name, sql.value(&query).await.unwrap());
        }
    }
    ids.insert("my_missing".to_owned(), "999999999".to_owned());
    ids
}

/// Ids that nobody has, in the place of the other municipality's.
fn nobodys(ids: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    ids.iter()
        .map(|(name, id)| {
            let other = match id.len() {
                _ if !name.starts_with("their_") || name == "their_tenant" => id.clone(),
                36 => Uuid::now_v7().to_string(),
                _ if name == "their_login" => "nobodyatall1".to_owned(),
                _ => "999999999".to_owned(),
            };
            (name.clone(), other)
        })
        .collect()
}

/// Plants the marks in the other municipality.
async fn mark(sql: &mut Session, foreign: &Full) {
    let tenant = foreign.town.id;
    let people = format!("(SELECT account_id FROM app.membership WHERE tenant_id = {tenant})");
    sql.script(&format!(
        "UPDATE app.membership SET surname = '{CASE}', phone = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.application SET surname = '{CASE}', rejection = '{CASE}' WHERE tenant_id = {tenant} AND submitted_at IS NOT NULL;
         UPDATE app.application SET surname = '{SECRET}' WHERE tenant_id = {tenant} AND submitted_at IS NULL;
         UPDATE app.card SET education = '{SECRET}' WHERE tenant_id = {tenant};
         UPDATE app.organisation_request SET name = '{SECRET}' WHERE tenant_id = {tenant};
         UPDATE app.file SET name = '{CASE}', s3_key = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.attachment SET caption = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.withdrawal SET reason = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.conclusion SET reason = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.application_flag SET words = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.assignment SET expert_name = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.document_view SET organisation = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.registration SET person = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.invitation SET email = '{PERSON}@example.test' WHERE tenant_id = {tenant};
         UPDATE app.account SET email = '{PERSON}' || id || '@example.test', password_phc = '{SECRET}' WHERE id IN {people};
         INSERT INTO app.application_event (tenant_id, application_id, role, act, words)
           SELECT tenant_id, id, 'worker', 'test.mark', '{CASE}' FROM app.application
           WHERE tenant_id = {tenant} AND submitted_at IS NOT NULL;"
    ))
    .await;
}

/// Everything of the other municipality and of its people, and what belongs to the region and
/// no attack may change: one digest a table.
async fn fingerprint(sql: &mut Session, tenant: i32) -> BTreeMap<String, String> {
    let people = format!("(SELECT account_id FROM app.membership WHERE tenant_id = {tenant})");
    let tables: Vec<String> = sql
        .list("SELECT relname::text FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'")
        .await;
    let of_tenants: Vec<String> = sql
        .list("SELECT attrelid::regclass::text FROM pg_attribute WHERE attname = 'tenant_id' AND attnum > 0")
        .await;
    let mut digests = BTreeMap::new();
    for table in tables {
        let these = if of_tenants
            .iter()
            .any(|of| of.trim_start_matches("app.") == table)
        {
            format!("tenant_id = {tenant}")
        } else {
            match table.as_str() {
                "account" => format!("id IN {people}"),
                "account_token" | "account_letter" | "consent" => format!("account_id IN {people}"),
                _ => "true".to_owned(),
            }
        };
        let digest = sql
            .value(&format!(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') \
                 FROM app.{table} t WHERE {these}"
            ))
            .await
            .unwrap();
        digests.insert(table, digest);
    }
    digests
}

/// What may not stand in an answer to this login: the marks it has no business with, and the
/// public ids of the other municipality. What is readable by design: operators, everything
/// submitted; the worker, letters and addresses of everybody.
async fn forbidden(sql: &mut Session, login: Login, tenant: i32) -> Vec<String> {
    let marks: &[&str] = match login {
        Login::Operator => &[SECRET],
        Login::Worker => &[CASE, SECRET],
        _ => &[CASE, PERSON, SECRET],
    };
    let mut words: Vec<String> = marks.iter().map(|&mark| mark.to_owned()).collect();
    let tables: Vec<String> = sql
        .list("SELECT relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
               JOIN pg_attribute p ON p.attrelid = c.oid AND p.attname = 'public_id'
               WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'")
        .await;
    for table in tables {
        let open = match login {
            Login::Operator => !["card", "organisation_request"].contains(&table.as_str()),
            Login::Worker => ["letter", "organisation"].contains(&table.as_str()),
            _ => table == "organisation",
        };
        if !open {
            let query =
                format!("SELECT public_id::text FROM app.{table} WHERE tenant_id = {tenant}");
            words.extend(sql.list::<String>(&query).await);
        }
    }
    words
}

/// The context of a person, and the other municipality's number for statements in a string.
fn context(actor: Option<&Actor>, tenant: i32, their: i32) -> String {
    let mut keys = vec![("their.tenant", their.to_string())];
    match actor {
        Some(actor) => keys.extend([
            ("app.tenant", tenant.to_string()),
            ("app.account", actor.account.0.to_string()),
            ("app.membership", actor.membership.to_string()),
            (
                "app.organisation",
                actor
                    .organisation
                    .map(|id| id.to_string())
                    .unwrap_or_default(),
            ),
            ("app.role", actor.role.code().to_owned()),
        ]),
        None => keys.extend([
            ("app.tenant", tenant.to_string()),
            ("app.role", "worker".to_owned()),
        ]),
    }
    let set = keys
        .iter()
        .map(|(key, value)| format!("set_config('{key}', '{value}', false)"));
    format!("SELECT {};", set.collect::<Vec<_>>().join(", "))
}

/// One attack by one login, ready to be run.
struct Case<'a> {
    login: Login,
    attack: &'a Attack,
    context: String,
}

const FILES: [(Login, &str); 7] = [
    (Login::Tenant, "tenant"),
    (Login::Expert, "expert"),
    (Login::Operator, "operator"),
    (Login::Admin, "admin"),
    (Login::Worker, "worker"),
    (Login::Auth, "auth"),
    (Login::Public, "public"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_01_hostile_sql_reaches_nothing_of_others() {
    // A region of its own: everything of the other municipality is compared.
    let world = World::own().await;
    let (own, foreign) = (full(&world).await, full(&world).await);
    let (operator, admin) = (world.operator().await, world.admin().await);
    let mut ids = ids(&world, &own, &foreign).await;
    ids.insert(
        "my_operator_account".to_owned(),
        operator.account.0.to_string(),
    );
    ids.insert("my_admin_account".to_owned(), admin.account.0.to_string());
    let mut superuser = world.superuser().await;
    mark(&mut superuser, &foreign).await;
    let (mine, theirs) = (own.town.id, foreign.town.id);
    let anybody = attacks("anybody");
    let by_login: Vec<(Login, Vec<Attack>)> =
        FILES.map(|(login, file)| (login, attacks(file))).into();
    let mut cases = Vec::new();
    for (login, attacks) in &by_login {
        for attack in attacks.iter().chain(&anybody) {
            let person: Option<&Person> = match (login, attack.who.as_str()) {
                (Login::Tenant, "teacher") | (Login::Auth, _) => Some(&own.teacher),
                (Login::Tenant, "school") => Some(&own.school),
                (Login::Tenant, _) => Some(&own.coordinator),
                (Login::Expert, _) => Some(&own.expert),
                (Login::Operator, _) => Some(&operator),
                (Login::Admin, _) => Some(&admin),
                _ => None,
            };
            let context = context(person.map(|person| &person.actor), mine, theirs);
            cases.push(Case {
                login: *login,
                attack,
                context,
            });
        }
    }
    let mut words = BTreeMap::new();
    for login in Login::RUNTIME {
        words.insert(login, forbidden(&mut superuser, login, theirs).await);
    }
    let before = fingerprint(&mut superuser, theirs).await;
    let missing = nobodys(&ids);
    let run = |case: &Case<'_>| -> Result<bool, String> {
        let url = STACK.url(case.login.role(), world.database());
        let attack = case.attack;
        let told = |what: &str, answer: &Answer| {
            format!(
                "{} as {}: {}: {what}: {answer:?}",
                attack.file,
                case.login.role(),
                attack.title
            )
        };
        let answer = psql(&url, &case.context, &ids, &attack.sql);
        // What the attacker typed it knew already.
        let shown = words[&case.login]
            .iter()
            .filter(|word| !ids.values().any(|id| id == *word))
            .any(|word| answer.all.contains(word.as_str()));
        if attack.expect == ["theirs"] {
            return shown
                .then_some(false)
                .ok_or_else(|| told("no limit any more", &answer));
        }
        if shown {
            return Err(told("shows what is theirs", &answer));
        }
        if attack.expect == ["same"] {
            let other = psql(&url, &case.context, &missing, &attack.sql);
            return if answer.masked(&ids) == other.masked(&missing) {
                Ok(true)
            } else {
                Err(format!(
                    "{} | {other:?}",
                    told("tells there from not there", &answer)
                ))
            };
        }
        if attack.expect.iter().any(|expected| answer.meets(expected)) {
            Ok(true)
        } else {
            Err(told(&format!("not {:?}", attack.expect), &answer))
        }
    };
    let outcomes: Vec<Result<bool, String>> = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..4)
            .map(|lane| {
                let (cases, run) = (&cases, &run);
                scope.spawn(move || {
                    let mine = cases.iter().skip(lane).step_by(4);
                    mine.map(run).collect::<Vec<_>>()
                })
            })
            .collect();
        lanes
            .into_iter()
            .flat_map(|lane| lane.join().unwrap())
            .collect()
    });
    let mut faults: Vec<String> = outcomes
        .iter()
        .filter_map(|one| one.clone().err())
        .collect();
    let after = fingerprint(&mut superuser, theirs).await;
    for (table, digest) in &before {
        if after[table] != *digest && table != "audit_event" {
            faults.push(format!(
                "{table}: rows of theirs changed: {digest} → {}",
                after[table]
            ));
        }
    }
    faults.extend(uncovered(&mut superuser, &by_login, &anybody).await);
    for (login, attacks) in &by_login {
        println!(
            "SEC-01: {}: {} attacks of its own, {} of anybody",
            login.role(),
            attacks.len(),
            anybody.len()
        );
        assert!(attacks.len() >= 8, "{login:?} is hardly attacked");
    }
    let limits = outcomes.iter().filter(|one| **one == Ok(false)).count();
    println!(
        "SEC-01: {} attacks, {limits} of them the known limit",
        cases.len()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The definer functions and logins of the catalogue that no attack names.
async fn uncovered(
    sql: &mut Session,
    by_login: &[(Login, Vec<Attack>)],
    anybody: &[Attack],
) -> Vec<String> {
    let rows = sql
        .rows("SELECT r.rolname::text AS login, p.proname::text AS name FROM pg_roles r CROSS JOIN pg_proc p
               WHERE r.rolcanlogin AND r.rolname LIKE 'attest\\_%' AND r.rolname NOT IN ('attest_migrator', 'attest_backup')
               AND p.prosecdef AND p.pronamespace = 'app'::regnamespace AND p.prorettype <> 'trigger'::regtype")
        .await
        .unwrap();
    assert!(rows.len() > 90, "the catalogue was not read");
    let mut missing = BTreeSet::new();
    for row in rows {
        let (login, name): (String, String) = (row.get("login"), row.get("name"));
        let own = by_login.iter().find(|(known, _)| known.role() == login);
        let Some((_, own)) = own else {
            missing.insert(format!("{login}: no attacks of this login"));
            continue;
        };
        let called = format!("app.{name}(");
        if !own
            .iter()
            .chain(anybody)
            .any(|attack| attack.sql.contains(&called))
        {
            missing.insert(format!("{login}: no attack calls {called}…)"));
        }
    }
    missing.into_iter().collect()
}

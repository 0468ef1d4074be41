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

mod marks;
mod psql;

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Row as _;
use tests::{Login, Person, Session, World, stack::STACK};

use self::{
    marks::{context, fingerprint, forbidden, ids, mark, nobodys},
    psql::{Answer, Attack, attacks, psql},
};
use crate::seed::full;

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

//! The same in migrations: every `EXECUTE` stands in a list with its reason and quotes what it
//! puts in, and rows are changed under FORCE by a policy of the migration, dropped again.

use std::{collections::BTreeSet, fs};

use super::{files, root};

/// Every place of the migrations that executes a text, with the reason why it may.
const EXECUTES: &[(&str, &str, &str)] = &[
    (
        "0002_region.sql",
        "DO",
        "reference tables alike, their names from a list beside it",
    ),
    (
        "0004_application.sql",
        "app.case_policies",
        "the policies of a child; no runtime role may call it",
    ),
    (
        "0011_moves.sql",
        "DO",
        "one policy of the mover a table, names from the catalogue",
    ),
    (
        "0011_moves.sql",
        "app.leave_organisation",
        "every table that names an organisation, from the catalogue; ids are parameters",
    ),
    (
        "0011_moves.sql",
        "app.follow_cases",
        "every table that hangs on an application, from the catalogue; ids are parameters",
    ),
    (
        "0017_conclusion_form.sql",
        "DO",
        "tables alike, their names from a list beside it",
    ),
    (
        "0012_removal.sql",
        "DO",
        "one policy of the worker or the mover a table, names from the catalogue",
    ),
    (
        "0012_removal.sql",
        "app.remove_municipality",
        "every table of a municipality, from the catalogue, so that none is forgotten",
    ),
    (
        "0027_deletion.sql",
        "app.erase_account",
        "every table of an account, from the catalogue; the account is a parameter",
    ),
    (
        "0027_deletion.sql",
        "app.erase_cases",
        "every table that hangs on an application, from the catalogue; ids are parameters",
    ),
    (
        "0027_deletion.sql",
        "app.erase_of_cabinets",
        "every table that hangs on a membership, from the catalogue; ids are parameters",
    ),
    (
        "0031_retention.sql",
        "DO",
        "tables alike, their names from a list beside it",
    ),
    (
        "0031_retention.sql",
        "app.withdraw_account",
        "every table of an account, from the catalogue; the account is a parameter",
    ),
];

/// The text without comments.
fn bare(sql: &str) -> String {
    sql.lines()
        .map(|line| line.split_once("--").map_or(line, |(code, _)| code))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// What a migration executes as text: where, and what is wrong with the way it is made.
fn executes(sql: &str) -> Vec<(String, Option<String>)> {
    let sql = bare(sql);
    let mut found = Vec::new();
    for (at, _) in sql.match_indices("EXECUTE") {
        let rest = sql[at + "EXECUTE".len()..].trim_start();
        let is_other = ["ON ", "FUNCTION ", "PROCEDURE "]
            .iter()
            .any(|word| rest.starts_with(word));
        if is_other {
            continue;
        }
        let before = &sql[..at];
        let places = [
            "CREATE FUNCTION ",
            "CREATE OR REPLACE FUNCTION ",
            "CREATE PROCEDURE ",
            "DO $$",
        ];
        let start = places
            .iter()
            .filter_map(|word| before.rfind(word).map(|at| (at, *word)))
            .max();
        let place = start.map_or_else(String::new, |(at, word)| {
            let name = before[at + word.len()..]
                .split('(')
                .next()
                .unwrap_or_default();
            if word == "DO $$" {
                "DO".to_owned()
            } else {
                name.trim().to_owned()
            }
        });
        let statement = rest.split(';').next().unwrap_or_default();
        let fault = if !statement.starts_with("format(") {
            Some("not by format()".to_owned())
        } else if statement.contains("||") {
            Some("joined by ||".to_owned())
        } else {
            let holes = statement.split('%').skip(1);
            let raw =
                holes.map(|hole| hole.trim_start_matches(|c: char| c.is_ascii_digit() || c == '$'));
            raw.filter(|hole| !hole.starts_with(['I', 'L']))
                .map(str::to_owned)
                .next()
        };
        found.push((place, fault));
    }
    found
}

fn migrations() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    files(&root().join("migrations"), "sql", &mut paths);
    paths.sort();
    assert!(paths.len() >= 7, "the migrations were not found");
    paths
        .iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn migrations_execute_only_what_is_listed() {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, sql) in migrations() {
        for (place, fault) in executes(&sql) {
            let listed = EXECUTES
                .iter()
                .position(|(known, of, _)| *known == file && *of == place);
            match (listed, fault) {
                (Some(line), None) => _ = seen.insert(line),
                (None, _) => {
                    faults.push(format!("{file}: {place} executes a text and is not listed"))
                }
                (_, Some(fault)) => faults.push(format!("{file}: {place}: {fault}")),
            }
        }
    }
    faults.extend(
        (0..EXECUTES.len())
            .filter(|line| !seen.contains(line))
            .map(|line| format!("{:?} is there no more", EXECUTES[line])),
    );
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn an_execute_is_seen() {
    let in_function = |execute: &str| {
        format!("CREATE FUNCTION app.f(t text) RETURNS void AS $$ BEGIN {execute}; END $$;")
    };
    for (execute, wrong) in [
        ("EXECUTE format('TRUNCATE app.%I', t)", false),
        (
            "EXECUTE format('DELETE FROM app.%1$I WHERE a = %2$L', t, a)",
            false,
        ),
        ("EXECUTE format('TRUNCATE app.%s', t)", true),
        ("EXECUTE format('TRUNCATE app.%I ' || t, t)", true),
        ("EXECUTE t", true),
    ] {
        let found = executes(&in_function(execute));
        assert_eq!(found.len(), 1, "{execute}");
        assert_eq!(
            (found[0].0.as_str(), found[0].1.is_some()),
            ("app.f", wrong),
            "{execute}"
        );
    }
    assert_eq!(
        executes("GRANT EXECUTE ON FUNCTION f() TO a; -- EXECUTE t").len(),
        0
    );
}

/// The statements of a migration that change rows without an open policy of its own, and the
/// policies of its own that it leaves.
fn changes_of_data(sql: &str) -> Vec<String> {
    let mut sql = bare(sql);
    // A function's body runs later, as whoever it belongs to.
    while let Some(at) = sql
        .find("CREATE FUNCTION")
        .or_else(|| sql.find("CREATE PROCEDURE"))
    {
        let body = sql[at..].find("$$").map(|from| at + from + 2);
        let end = body.and_then(|from| sql[from..].find("$$").map(|to| from + to + 2));
        sql.replace_range(at..end.unwrap_or(sql.len()), "");
    }
    let table_of = |text: &str| {
        let name = text.trim_start().trim_start_matches("ONLY ");
        name.trim_start_matches("app.")
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut open: BTreeSet<(String, String)> = BTreeSet::new();
    let mut faults = Vec::new();
    for statement in sql.split(';') {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let text = words.join(" ");
        if let Some(rest) = text.strip_prefix("CREATE POLICY ") {
            if let Some((name, on)) = rest
                .split_once(" ON ")
                .filter(|_| text.contains("TO attest_owner"))
            {
                open.insert((table_of(on), name.to_owned()));
            }
        } else if let Some((name, on)) = text
            .strip_prefix("DROP POLICY ")
            .and_then(|rest| rest.split_once(" ON "))
        {
            open.remove(&(table_of(on), name.to_owned()));
        }
        for change in ["INSERT INTO ", "UPDATE ", "DELETE FROM ", "MERGE INTO "] {
            // At the beginning of a statement, or of one inside a block or a WITH.
            let begins = text.match_indices(change).filter(|(at, _)| {
                let before = text[..*at].trim_end();
                before.is_empty()
                    || ["BEGIN", "LOOP", "THEN", "ELSE", "("]
                        .iter()
                        .any(|word| before.ends_with(word))
            });
            for (at, _) in begins {
                let table = table_of(&text[at + change.len()..]);
                if !open.iter().any(|(known, _)| *known == table) {
                    faults.push(format!("{change}{table} without a policy of the migration"));
                }
            }
        }
    }
    faults.extend(
        open.into_iter()
            .map(|(table, policy)| format!("{policy} on {table} is left")),
    );
    faults
}

#[test]
fn a_migration_changes_rows_by_a_policy_of_its_own() {
    for (file, sql) in migrations() {
        assert_eq!(changes_of_data(&sql), Vec::<String>::new(), "{file}");
    }
}

#[test]
fn a_change_of_rows_without_a_policy_is_seen() {
    let policy = "CREATE POLICY fill ON app.t FOR INSERT TO attest_owner WITH CHECK (true);";
    for (sql, right) in [
        (
            format!("{policy} INSERT INTO app.t (a) VALUES (1); DROP POLICY fill ON app.t;"),
            true,
        ),
        ("INSERT INTO app.t (a) VALUES (1);".to_owned(), false),
        (
            "DO $$ BEGIN UPDATE app.t SET a = 1; END $$;".to_owned(),
            false,
        ),
        (format!("{policy} INSERT INTO app.t (a) VALUES (1);"), false),
        (
            format!("{policy} UPDATE app.other SET a = 1; DROP POLICY fill ON app.t;"),
            false,
        ),
        (
            "CREATE FUNCTION app.f() RETURNS void AS $$ BEGIN UPDATE app.t SET a = 1; END $$;"
                .to_owned(),
            true,
        ),
        (
            "GRANT UPDATE (a) ON app.t TO attest_tenant;".to_owned(),
            true,
        ),
    ] {
        assert_eq!(changes_of_data(&sql).is_empty(), right, "{sql}");
    }
}

//! No SQL is put together at run time (04: in the place of a defence against a context forged
//! inside a login): in Rust every statement is a checked macro, outside the one audited module.

mod migrations;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The one module that may: it walks the tables of the catalogue.
const AUDITED: &str = "libs/db/src/catalogue.rs";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub fn files(directory: &Path, extension: &str, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, into);
        } else if path.extension().is_some_and(|found| found == extension) {
            into.push(path);
        }
    }
}

/// What a source has that could put a statement together.
fn put_together(source: &str) -> Vec<String> {
    // The unchecked ways; the macros end in `!`, so they are none of these. sqlx takes no text
    // but a literal without `AssertSqlSafe`.
    const WAYS: [&str; 8] = [
        "AssertSqlSafe",
        "SqlSafeStr",
        "QueryBuilder",
        "raw_sql(",
        "query(",
        "query_as(",
        "query_scalar(",
        "query_with(",
    ];
    // Text put together that reads like a statement.
    const MAKERS: [&str; 5] = ["format!(", "write!(", "writeln!(", "concat!(", ".push_str("];
    const WORDS: [&str; 10] = [
        "select ",
        "insert into ",
        "update app",
        "delete from ",
        "set_config(",
        "merge into ",
        "set local ",
        "truncate ",
        "alter ",
        "listen ",
    ];
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut found = Vec::new();
    for way in WAYS {
        let called = way.ends_with('(');
        let used = code.match_indices(way).any(|(at, _)| {
            // `sqlx::query(` and `use sqlx::query;`, not `Extension::query(` of others.
            !called
                || code[..at].ends_with("sqlx::")
                || (way == "raw_sql(" && !code[..at].ends_with('.'))
        });
        if used {
            found.push(way.to_owned());
        }
    }
    for imported in ["use sqlx::query", "use sqlx::raw_sql", "use sqlx::{"] {
        for (at, _) in code.match_indices(imported) {
            let list = code[at..].split(';').next().unwrap_or_default();
            if ["query,", "query_as", "query_scalar", "raw_sql", "query}"]
                .iter()
                .any(|name| list.contains(name))
            {
                found.push(imported.to_owned());
            }
        }
    }
    for maker in MAKERS {
        for (at, _) in code.match_indices(maker) {
            let call = code[at + maker.len()..]
                .split(';')
                .next()
                .unwrap_or_default();
            let text: String = call
                .split('"')
                .skip(1)
                .step_by(2)
                .collect::<Vec<_>>()
                .join(" ")
                .to_lowercase();
            if WORDS.iter().any(|word| text.trim_start().starts_with(word)) {
                found.push(format!("{maker} {text}"));
            }
        }
    }
    // A connection handed a text that is no literal and no file's: `connection.execute(&sql)`.
    for line in code.lines() {
        for method in [
            ".execute(",
            ".fetch_all(",
            ".fetch_one(",
            ".fetch_optional(",
        ] {
            let Some((receiver, argument)) = line.split_once(method) else {
                continue;
            };
            let named = receiver
                .trim_end()
                .ends_with(|c: char| c.is_alphanumeric() || c == '?' || c == '_');
            let fixed = argument.starts_with('"') || argument.starts_with("include_str!(\"");
            if named && !fixed {
                found.push(line.trim().to_owned());
            }
        }
    }
    found
}

#[test]
fn no_sql_is_put_together_at_run_time() {
    let mut sources = Vec::new();
    for group in ["libs", "bins"] {
        files(&root().join(group), "rs", &mut sources);
    }
    assert!(sources.len() > 50, "the sources were not found");
    let mut faults = Vec::new();
    for path in &sources {
        if path.ends_with(AUDITED) {
            continue;
        }
        let source = fs::read_to_string(path).unwrap();
        faults.extend(
            put_together(&source)
                .into_iter()
                .map(|found| format!("{}: {found}", path.display())),
        );
    }
    println!("no SQL put together in {} sources", sources.len());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn sql_put_together_is_seen() {
    for source in [
        "sqlx::query(&sql).execute(pool).await?;",
        "sqlx::query_as::<_, Row>(\"SELECT 1\")\n  .fetch_one(tx.connection());\nlet q = sqlx::query_as(text);",
        "sqlx::raw_sql(text)",
        "raw_sql(text)",
        "use sqlx::{PgPool, query_scalar};",
        "use sqlx::QueryBuilder;",
        "query(AssertSqlSafe(text))",
        "let text = format!(\"SELECT * FROM app.{table}\");",
        "let text = format!(\n    \"DELETE FROM app.card WHERE id = {id}\"\n);",
        "text.push_str(\"INSERT INTO app.card VALUES (1)\");",
        "connection.execute(&*text).await?;",
        "pool.execute(statement.as_str()).await?;",
    ] {
        assert!(!put_together(source).is_empty(), "not seen: {source}");
    }
    for source in [
        "sqlx::query!(\"SELECT 1\")\n.fetch_one(tx.connection())",
        "sqlx::query_scalar!(\"SELECT 1\").fetch_one(&mut **tx)",
        "connection.execute(\"ROLLBACK\").await?;",
        "// sqlx::query(&sql)",
        "format!(\"{LIST}?after={id}\")",
        "request.query(&[(\"a\", b)])",
    ] {
        assert_eq!(put_together(source), Vec::<String>::new(), "{source}");
    }
}

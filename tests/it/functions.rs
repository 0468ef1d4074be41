//! Who may call what: the functions of the schema × the logins, reviewed as a file
//! (`functions.csv`). A new function without a line, or another right than the reviewed one,
//! fails; `UPDATE=1` writes the file anew after a meant change.
//!
//! Functions of the owner run as whoever calls them, so calling is no right; those of the two
//! definers do more than their caller may: each of their lines is a decision.

use std::{fs, path::Path};

use tests::{Login, Session, World};

const HEAD: &str = "function,owner,runs as,may be called by\n";

async fn matrix(sql: &mut Session) -> String {
    let logins = Login::RUNTIME
        .map(|login| format!("'{}'", login.role()))
        .join(", ");
    let lines: Vec<String> = sql
        .list(&format!(
            "SELECT concat_ws(',', replace(p.oid::regprocedure::text, ',', ' '), p.proowner::regrole,
               CASE WHEN p.prosecdef THEN 'definer' ELSE 'caller' END,
               CASE WHEN has_function_privilege('public', p.oid, 'EXECUTE') THEN 'PUBLIC'
                 WHEN p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) THEN 'triggers'
                 ELSE (SELECT CASE count(*) WHEN {} THEN 'every login' WHEN 0 THEN 'nobody'
                     ELSE string_agg(substr(r, 8), ' ' ORDER BY r) END
                   FROM unnest(ARRAY[{logins}]) r WHERE has_function_privilege(r, p.oid, 'EXECUTE')) END)
             FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace
             ORDER BY p.prosecdef, p.oid::regprocedure::text",
            Login::RUNTIME.len()
        ))
        .await;
    format!("{HEAD}{}\n", lines.join("\n"))
}

fn faults(found: &str, reviewed: &str) -> Vec<String> {
    let new = found
        .lines()
        .filter(|line| !reviewed.lines().any(|known| known == *line));
    let gone = reviewed
        .lines()
        .filter(|line| !found.lines().any(|known| known == *line));
    new.map(|line| format!("not reviewed: {line}"))
        .chain(gone.map(|line| format!("not so any more: {line}")))
        .collect()
}

#[tokio::test]
async fn sec_02_nobody_calls_what_is_not_reviewed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/functions.csv");
    let world = World::own().await;
    let mut sql = world.superuser().await;
    sql.script("SET search_path = pg_catalog").await;
    let found = matrix(&mut sql).await;
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &found).unwrap();
    }
    let reviewed = fs::read_to_string(&file).unwrap();
    println!("{} functions reviewed", found.lines().count() - 1);
    assert_eq!(faults(&found, &reviewed), Vec::<String>::new());
    assert!(!found.contains("PUBLIC"));
    // It fires: a new function, and a wider right to a known one.
    for fixture in [
        "SET ROLE attest_owner; CREATE FUNCTION app.stray() RETURNS int LANGUAGE sql AS 'SELECT 1'; RESET ROLE",
        "GRANT EXECUTE ON FUNCTION app.only_here(integer) TO attest_public",
        "GRANT EXECUTE ON FUNCTION app.only_here(integer) TO PUBLIC",
    ] {
        sql.script("BEGIN").await;
        sql.script(fixture).await;
        let broken = matrix(&mut sql).await;
        assert!(!faults(&broken, &reviewed).is_empty(), "silent: {fixture}");
        sql.script("ROLLBACK").await;
    }
}

//! The audit under its seals (SEC-81): the first row altered, deleted or added is named, with
//! its interval, also when the seals in the database were altered with it; no row is sealed
//! twice or never, whatever happens to those who write and those who seal.

use std::time::Duration;

use app::audit::verify::{Broken, Fault, Verdict};
use sqlx::Row as _;
use tests::{Login, Session, World, sql::Refused};

/// Rows of the audit without anybody, enough of them for more than one seal.
async fn rows(sql: &mut Session, count: u32) {
    sql.script(&format!(
        "INSERT INTO app.audit_event (role, act) SELECT 'worker', 'test.row' FROM generate_series(1, {count})"
    ))
    .await;
}

/// Seals until nothing waits. Transactions of other tests in the cluster hold the horizon back
/// for a while.
async fn seal(world: &World) {
    let mut sql = world.superuser().await;
    for _ in 0..600 {
        while world.app().seal_audit(Duration::ZERO).await.unwrap() {}
        let waiting: i64 = sql
            .value(
                "SELECT count(*) FROM app.audit_event e WHERE (e.xact, e.id) > ALL
                   (SELECT s.last_xact, s.last_id FROM app.audit_seal s)",
            )
            .await
            .unwrap();
        if waiting == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("something holds the horizon back");
}

async fn whole(world: &World) -> (i64, i64, i64) {
    match world.app().verify_audit().await.unwrap() {
        Verdict::Whole {
            seals,
            rows,
            waiting,
        } => (seals, rows, waiting),
        Verdict::Broken(broken) => panic!("{broken}"),
    }
}

async fn broken(world: &World) -> Broken {
    match world.app().verify_audit().await.unwrap() {
        Verdict::Broken(broken) => broken,
        whole => panic!("{whole:?}"),
    }
}

/// A session past triggers and policies: whoever has the machine.
async fn intruder(world: &World) -> Session {
    let mut sql = world.superuser().await;
    sql.script(
        "SET session_replication_role = replica; SET search_path = app;
         CREATE TEMP TABLE kept AS SELECT * FROM audit_event;
         CREATE TEMP TABLE kept_seals AS SELECT * FROM audit_seal",
    )
    .await;
    sql
}

const UNDO: &str = "TRUNCATE audit_event, audit_seal;
    INSERT INTO audit_event OVERRIDING SYSTEM VALUE SELECT * FROM kept;
    INSERT INTO audit_seal SELECT * FROM kept_seals";

#[tokio::test]
async fn sec_81_the_first_bad_row_is_named() {
    let world = World::own().await;
    world.ensure_vault().await;
    let mut sql = world.superuser().await;
    rows(&mut sql, 1500).await;
    rows(&mut sql, 300).await;
    seal(&world).await;
    let (seals, sealed, waiting) = whole(&world).await;
    assert!(
        seals >= 2 && sealed >= 1800 && waiting == 0,
        "{seals} {sealed} {waiting}"
    );
    let mut sql = intruder(&world).await;
    // The 1200th and the 1201st row in the order of sealing, of the second seal.
    let at = sql
        .rows("SELECT id FROM audit_event ORDER BY xact, id OFFSET 1199 LIMIT 2")
        .await
        .unwrap();
    let (x, y): (i64, i64) = (at[0].get(0), at[1].get(0));
    // The seal a row stands under.
    let covering = async |sql: &mut Session, row: i64| -> i64 {
        sql.value(&format!(
            "SELECT s.number FROM audit_seal s, audit_event e WHERE e.id = {row}
             AND (e.xact, e.id) > (s.after_xact, s.after_id) AND (e.xact, e.id) <= (s.last_xact, s.last_id)"
        ))
        .await
        .unwrap()
    };
    let n = covering(&mut sql, x).await;
    assert_eq!(n, covering(&mut sql, y).await);
    let behind: i64 = sql
        .value(&format!(
            "SELECT min(s.number) FROM audit_seal s, audit_event e WHERE e.id = {x} AND (s.last_xact, s.last_id) > (e.xact, 900000)"
        ))
        .await
        .unwrap();
    let tail: i64 = sql
        .value("SELECT min(e.id) FROM audit_event e, audit_seal s WHERE s.number = (SELECT max(number) FROM audit_seal)
                AND (e.xact, e.id) > (s.after_xact, s.after_id)")
        .await
        .unwrap();
    let added = "INSERT INTO audit_event (id, xact, role, act) OVERRIDING SYSTEM VALUE SELECT 900000, xact, '', 'a.b'
                 FROM audit_event WHERE id = ";
    let attacks = [
        (format!("UPDATE audit_event SET act = 'test.rox' WHERE id = {x}"), n, Some(x), Fault::Altered),
        (format!("UPDATE audit_event SET outcome = 'refused' WHERE id IN ({x}, {y})"), n, Some(x), Fault::Altered),
        (format!("UPDATE audit_event SET at = at + interval '1 microsecond' WHERE id = {y}"), n, Some(y), Fault::Altered),
        (format!("UPDATE audit_event SET tenant_id = account_id, account_id = 5 WHERE id = {x}"), n, Some(x), Fault::Altered),
        (format!("DELETE FROM audit_event WHERE id = {y}"), n, Some(y), Fault::Deleted),
        (format!("{added} {x}"), behind, Some(900_000), Fault::Added),
        // Two rows change places.
        (format!("UPDATE audit_event e SET at = o.at FROM audit_event o WHERE (e.id, o.id) IN (({x}, {y}), ({y}, {x}))"), n, Some(x), Fault::Altered),
        // The seals in the database with it.
        (format!("UPDATE audit_event SET act = 'test.rox' WHERE id = {x}; DELETE FROM audit_seal WHERE number = {n}"), n, Some(x), Fault::Altered),
        (format!("DELETE FROM audit_event WHERE id = {x}; UPDATE audit_seal SET rows = rows - 1, digest = sha256('x'),
                  mac = sha256('y') WHERE number = {n}"), n, Some(x), Fault::Deleted),
        ("DELETE FROM audit_event; DELETE FROM audit_seal".to_owned(), 1, None, Fault::Deleted),
        (format!("DELETE FROM audit_event WHERE id >= {tail}; DELETE FROM audit_seal WHERE number = (SELECT max(number) FROM audit_seal)"),
         seals, Some(tail), Fault::Deleted),
        // The seals alone.
        ("UPDATE audit_seal SET mac = sha256('y') WHERE number = 1".to_owned(), 1, None, Fault::Chain),
        ("DELETE FROM audit_seal WHERE number = 1".to_owned(), 1, None, Fault::Chain),
        ("INSERT INTO audit_seal SELECT number + 100, at, after_xact + 1, after_id, last_xact + 1, last_id, rows, through,
          digest, sha256('p'), mac FROM audit_seal WHERE number = 1".to_owned(), seals + 1, None, Fault::NoObject),
    ];
    for (attack, number, row, fault) in &attacks {
        sql.script(attack).await;
        let found = broken(&world).await;
        assert_eq!(
            (found.seal, &found.fault),
            (*number, fault),
            "{attack}: {found}"
        );
        if row.is_some() {
            assert_eq!(found.row, *row, "{attack}: {found}");
        }
        sql.script(UNDO).await;
        assert_eq!(
            whole(&world).await,
            (seals, sealed, waiting),
            "not undone: {attack}"
        );
    }
    println!(
        "SEC-81: {} attacks on {sealed} rows under {seals} seals, each named",
        attacks.len()
    );
}

#[tokio::test]
async fn sec_81_a_database_of_before_the_seals_is_told() {
    let world = World::own().await;
    let vault = world.ensure_vault().await;
    let mut sql = world.superuser().await;
    seal(&world).await;
    let mut intruder = intruder(&world).await;
    rows(&mut sql, 3).await;
    seal(&world).await;
    let before = whole(&world).await.0;
    // Back to the copy, and on from there.
    intruder.script(UNDO).await;
    let lost = broken(&world).await;
    assert_eq!((lost.seal, lost.fault), (before, Fault::Deleted), "{lost}");
    rows(&mut sql, 2).await;
    seal(&world).await;
    let forked = broken(&world).await;
    assert_eq!(
        (forked.seal, forked.fault),
        (before, Fault::Forked),
        "{forked}"
    );
    assert_eq!(
        vault
            .list(&format!("{}/", world.database()))
            .await
            .unwrap()
            .len() as i64,
        before + 1
    );
}

#[tokio::test]
async fn sec_81_a_worker_that_dies_half_way_is_taken_over() {
    let world = World::own().await;
    let vault = world.ensure_vault().await;
    let mut sql = world.superuser().await;
    rows(&mut sql, 5).await;
    seal(&world).await;
    let chain = "SELECT string_agg(number || ' ' || rows || ' ' || encode(mac, 'hex'), ',' ORDER BY number) FROM app.audit_seal";
    let before: String = sql.value(chain).await.unwrap();
    let objects = vault.list(&format!("{}/", world.database())).await.unwrap();
    // The object is there, its row is not: the worker died between the two.
    let mut dead = intruder(&world).await;
    dead.script("DELETE FROM audit_seal WHERE number = (SELECT max(number) FROM audit_seal)")
        .await;
    rows(&mut sql, 7).await;
    assert!(
        whole(&world).await.2 >= 7,
        "an object ahead of its row is no fault"
    );
    seal(&world).await;
    let after: String = sql.value(chain).await.unwrap();
    assert!(after.starts_with(&before), "{before} became {after}");
    let now = vault.list(&format!("{}/", world.database())).await.unwrap();
    assert_eq!(
        now[..objects.len()],
        objects[..],
        "an object was written again"
    );
    let total: i64 = sql
        .value("SELECT count(*) FROM app.audit_event")
        .await
        .unwrap();
    assert_eq!(whole(&world).await.1, total);
}

#[tokio::test]
async fn sec_81_of_several_objects_left_over_the_longest_is_taken_up() {
    let world = World::own().await;
    let vault = world.ensure_vault().await;
    let mut sql = world.superuser().await;
    seal(&world).await;
    let sealed = "SELECT coalesce(max(last_id), 0) FROM app.audit_seal";
    let before: i64 = sql.value(sealed).await.unwrap();
    let seals = whole(&world).await.0;
    rows(&mut sql, 12).await;
    let mut intruder = intruder(&world).await;
    // Each time the store kept its worker waiting, and its row of the chain was never written.
    for length in [12, 8, 5, 3] {
        intruder
            .script(&format!(
                "DELETE FROM audit_event WHERE id > {}",
                before + length
            ))
            .await;
        seal(&world).await;
        intruder.script(UNDO).await;
    }
    let objects = async || {
        let all = vault.list(&format!("{}/", world.database())).await;
        all.unwrap().len()
    };
    let left = objects().await;
    seal(&world).await;
    assert_eq!(objects().await, left, "an object was written again");
    assert_eq!(sql.value::<i64>(sealed).await.unwrap(), before + 12);
    assert_eq!(whole(&world).await.0, seals + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_81_no_row_falls_between_and_none_is_sealed_twice() {
    let world = World::own().await;
    world.ensure_vault().await;
    let mut late = world.superuser().await;
    let mut sql = world.superuser().await;
    // An id is taken and not committed yet while greater ids are sealed.
    late.script("BEGIN; INSERT INTO app.audit_event (role, act) VALUES ('', 'test.late')")
        .await;
    rows(&mut sql, 40).await;
    let sealing = async || {
        let workers: Vec<_> = (0..6).map(|_| world.another_app(1)).collect();
        let tries = workers.iter().map(|app| app.seal_audit(Duration::ZERO));
        futures::future::try_join_all(tries).await.unwrap()
    };
    sealing().await;
    let covered: i64 = sql
        .value("SELECT count(*) FROM app.audit_event e WHERE e.act = 'test.row' AND (e.xact, e.id) <= ALL
                (SELECT coalesce(max(last_xact), 0), coalesce(max(last_id), 0) FROM app.audit_seal)")
        .await
        .unwrap();
    assert_eq!(
        covered, 0,
        "a transaction that has not ended stands before them"
    );
    late.script("COMMIT").await;
    rows(&mut sql, 40).await;
    sealing().await;
    seal(&world).await;
    let total: i64 = sql
        .value("SELECT count(*) FROM app.audit_event")
        .await
        .unwrap();
    let (seals, sealed, waiting) = whole(&world).await;
    assert_eq!((sealed, waiting), (total, 0));
    // Nothing new, no seal.
    assert!(!world.app().seal_audit(Duration::ZERO).await.unwrap());
    assert_eq!(whole(&world).await.0, seals);
    // Few rows wait for the minute to pass.
    rows(&mut sql, 1).await;
    assert!(
        !world
            .app()
            .seal_audit(Duration::from_secs(3600))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn sec_80_nobody_chooses_the_time_the_order_or_the_seals() {
    let world = World::own().await;
    world.ensure_vault().await;
    seal(&world).await;
    let refused = || Err(Refused(Refused::PRIVILEGE.to_owned()));
    let inserts = [
        "INSERT INTO app.audit_event (xact, role, act) VALUES (1, '', 'test.forged')",
        "INSERT INTO app.audit_event (at, role, act) VALUES (now(), '', 'test.forged')",
        "INSERT INTO app.audit_event (id, role, act) OVERRIDING SYSTEM VALUE VALUES (1, '', 'test.forged')",
        "INSERT INTO app.audit_seal (number, at) VALUES (9, now())",
    ];
    let changes = [
        "UPDATE app.audit_seal SET rows = 1",
        "DELETE FROM app.audit_seal",
        "TRUNCATE app.audit_seal",
    ];
    let mut asked = 0;
    for login in Login::RUNTIME {
        let mut sql = world.login(login).await;
        for statement in inserts.iter().chain(&changes) {
            assert_eq!(
                sql.probe(statement).await,
                refused(),
                "{login:?}: {statement}"
            );
            asked += 1;
        }
        if login != Login::Worker {
            let add = "INSERT INTO app.audit_seal (number, after_xact, after_id, last_xact, last_id, rows, through, digest, \
                       previous, mac) VALUES (9, 0, 0, 1, 1, 1, now(), sha256('a'), sha256('b'), sha256('c'))";
            assert_eq!(sql.probe(add).await, refused(), "{login:?}");
        }
    }
    let mut sql = world.superuser().await;
    for statement in changes {
        assert_eq!(sql.probe(statement).await, refused(), "{statement}");
    }
    println!(
        "SEC-80: {asked} statements of {} logins",
        Login::RUNTIME.len()
    );
}

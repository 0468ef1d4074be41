//! A process killed at any moment (SEC-73): every act is whole or not there at all, with its
//! history, audit, letters, jobs and journal line; nothing is left locked, the next process
//! goes on.

mod journal;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use app::{App, rejection::Rejection, schedule::Plan, withdrawals::Seen};
use domain::actor::Actor;
use serde_json::{Value, json};
use tests::{Application, Person, Session, Town, World, received};
use uuid::Uuid;

use crate::journal::faults;

/// Acts of one child; the moment of its death falls anywhere among them.
const APPLICATIONS: usize = 8;
const RUNS: u32 = 15;

const CHILD: &str = "kill::child";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_73_killed_at_any_moment_it_is_all_or_nothing() {
    let world = World::own().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let experts = [
        public_id(&town.expert().await, &world).await,
        public_id(&town.expert().await, &world).await,
    ];
    let mut sql = world.superuser().await;

    // How long a whole run takes here and now: the kills are spread over it.
    let work = work(&world, &town, &coordinator, &experts).await;
    let begun = Instant::now();
    let mut child = start(CHILD, &work);
    assert!(child.wait().unwrap().success());
    let whole = begun.elapsed();

    let mut halfway = 0;
    for run in 0..RUNS {
        let work = self::work(&world, &town, &coordinator, &experts).await;
        let before = acts(&mut sql).await;
        let mut child = start(CHILD, &work);
        let moment = whole.mul_f64(f64::from(run) / f64::from(RUNS)) / 2 + jitter();
        tokio::time::sleep(moment).await;
        child.kill().unwrap();
        child.wait().unwrap();
        settle(&mut sql).await;
        let done = acts(&mut sql).await - before;
        if done > 0 && done < 16 {
            halfway += 1;
        }
        let found = broken(&mut sql).await;
        assert!(
            found.is_empty(),
            "run {run}, killed after {done} acts: {found:#?}"
        );
    }
    println!("SEC-73: {RUNS} processes killed, {halfway} of them half way");
    assert!(halfway > 3, "the kills missed the work: {halfway}");

    let work = self::work(&world, &town, &coordinator, &experts).await;
    assert!(
        start(CHILD, &work).wait().unwrap().success(),
        "the next process goes on"
    );
    assert_eq!(broken(&mut sql).await, Vec::<String>::new());
}

/// A little chance, so that runs of the suite do not all die at the same statements.
fn jitter() -> Duration {
    Duration::from_micros(u64::from(Uuid::new_v4().as_fields().1) % 5000)
}

async fn public_id(person: &Person, world: &World) -> String {
    let mut sql = world.superuser().await;
    let id: Uuid = sql
        .value(&format!(
            "SELECT public_id FROM app.membership WHERE id = {}",
            person.membership
        ))
        .await
        .unwrap();
    id.to_string()
}

/// What a child is to do, as its standard input has it.
async fn work(world: &World, town: &Town, coordinator: &Person, experts: &[String; 2]) -> Value {
    let mut applications = Vec::new();
    for _ in 0..APPLICATIONS {
        let teacher = town.teacher().await;
        let Application { public_id, .. } = town.submitted(&teacher).await;
        applications.push(json!({ "teacher": teacher.actor, "id": public_id }));
    }
    json!({
        "database": world.database(),
        "coordinator": coordinator.actor,
        "experts": experts,
        "applications": applications,
    })
}

/// Starts a process that is one of these tests, with what it is to do.
fn start(test: &str, work: &Value) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{work}").unwrap();
    drop(stdin);
    let mut stdout = BufReader::new(child.stdout.as_mut().unwrap());
    let mut line = String::new();
    while !line.contains("begin") {
        line.clear();
        assert_ne!(
            stdout.read_line(&mut line).unwrap(),
            0,
            "the child did not begin"
        );
    }
    child
}

/// Not a test: the process the test above kills. Without work it does nothing.
#[tokio::test]
#[ignore = "the process another test starts and kills"]
async fn child() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let Ok(work) = serde_json::from_str::<Value>(&line) else {
        return;
    };
    let world = World::bare(work["database"].as_str().unwrap()).await;
    let coordinator: Actor = serde_json::from_value(work["coordinator"].clone()).unwrap();
    let experts: [String; 2] = serde_json::from_value(work["experts"].clone()).unwrap();
    println!("begin");
    for (index, application) in work["applications"].as_array().unwrap().iter().enumerate() {
        let teacher: Actor = serde_json::from_value(application["teacher"].clone()).unwrap();
        let id: Uuid = serde_json::from_value(application["id"].clone()).unwrap();
        act(world.app(), index, &coordinator, &teacher, &experts, id).await;
    }
}

/// The chain of acts on one application. A submitted one is of version 3: formed, submitted.
async fn act(
    app: &App,
    index: usize,
    coordinator: &Actor,
    teacher: &Actor,
    experts: &[String; 2],
    id: Uuid,
) {
    const VERSION: i32 = 3;
    if index % 4 == 1 {
        let reasons = ["fio".to_owned()];
        let rejection = Rejection {
            reasons: &reasons,
            ..Rejection::default()
        };
        app.reject(coordinator, id, VERSION, rejection)
            .await
            .unwrap();
        return;
    }
    app.register(coordinator, id, VERSION).await.unwrap();
    if index % 4 == 2 {
        let plan = Plan {
            period: "",
            experts: [&experts[0], &experts[1]],
            comment: None,
        };
        app.set_schedule(coordinator, id, 0, plan).await.unwrap();
    }
    if !index.is_multiple_of(4) {
        app.form_withdrawal(teacher, id, VERSION + 1, "болезнью")
            .await
            .unwrap();
        let seen = seen(app, teacher, id).await;
        app.submit_withdrawal(teacher, id, seen, &received("скан.pdf"))
            .await
            .unwrap();
        let seen = self::seen(app, teacher, id).await;
        app.accept_withdrawal(coordinator, id, seen).await.unwrap();
    }
}

async fn seen(app: &App, teacher: &Actor, id: Uuid) -> Seen {
    let withdrawing = app.withdrawal(teacher, id).await.unwrap();
    let open = withdrawing.open().unwrap();
    Seen {
        withdrawal: open.public_id,
        version: open.version,
    }
}

/// Waits until the server has noticed that the killed process is gone.
async fn settle(sql: &mut Session) {
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND usename LIKE 'attest_%' AND state <> 'idle'";
    while sql.value::<i64>(busy).await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn acts(sql: &mut Session) -> i64 {
    sql.value("SELECT count(*) FROM app.application_event")
        .await
        .unwrap()
}

/// What is half done in this region, in words.
async fn broken(sql: &mut Session) -> Vec<String> {
    let mut found = faults(sql).await;
    for (what, query) in [
        (
            "registered without a line or a line without it",
            "SELECT a.id::text FROM app.application a WHERE (a.registered_number IS NOT NULL) <>
               EXISTS (SELECT FROM app.registration r WHERE r.application_id = a.id AND r.kind = 'entry')
             OR (a.status = 'registered' AND a.registered_number IS NULL)",
        ),
        (
            "history and audit differ",
            "SELECT coalesce(e.application_id, x.object_id) || ' ' || coalesce(e.act, x.act) FROM
               (SELECT application_id, act, count(*) AS n FROM app.application_event GROUP BY 1, 2) e
             FULL JOIN (SELECT object_id, act, count(*) AS n FROM app.audit_event WHERE tenant_id IS NOT NULL GROUP BY 1, 2) x
               ON x.object_id = e.application_id AND x.act = e.act WHERE e.n IS DISTINCT FROM x.n",
        ),
        (
            "a letter without its event or an event without its letter",
            "SELECT a.id || ' ' || k.kind FROM app.application a, (VALUES ('application.register', 'registered'),
               ('application.reject', 'rejected'), ('withdrawal.accept', 'withdrawal_accepted'),
               ('schedule.assign', 'experts_assigned')) k (act, kind)
             WHERE (SELECT count(*) FROM app.application_event e WHERE e.application_id = a.id AND e.act = k.act)
               <> (SELECT count(*) FROM app.letter l WHERE l.application_id = a.id AND l.kind = k.kind
                   AND l.account_id = a.account_id)",
        ),
        (
            "a status without its event",
            "SELECT a.id || ' ' || a.status FROM app.application a, (VALUES ('application.reject', 'rejected'),
               ('withdrawal.accept', 'withdrawn')) k (act, status) WHERE (a.status = k.status) <>
               EXISTS (SELECT FROM app.application_event e WHERE e.application_id = a.id AND e.act = k.act)",
        ),
        (
            "a withdrawal and its application differ",
            "SELECT w.application_id::text FROM app.withdrawal w JOIN app.application a ON a.id = w.application_id
             WHERE (w.state = 'accepted') <> (a.status = 'withdrawn')",
        ),
        (
            "a withdrawal without its order to print",
            "SELECT a.id::text FROM app.application a
             WHERE (SELECT count(*) FROM app.withdrawal w WHERE w.application_id = a.id)
               <> (SELECT count(*) FROM app.job j WHERE j.application_id = a.id AND j.kind = 'withdrawal_pdf')",
        ),
        (
            "a withdrawn registration without its correction",
            "SELECT a.id::text FROM app.application a WHERE a.status = 'withdrawn' AND a.registered_number IS NOT NULL
             AND NOT EXISTS (SELECT FROM app.registration r WHERE r.application_id = a.id AND r.kind = 'correction')",
        ),
        (
            "one expert of two, or one left after the end",
            "SELECT a.id::text FROM app.application a WHERE (SELECT count(*) FROM app.assignment x
               WHERE x.application_id = a.id AND x.closed_at IS NULL) NOT IN
               (0, CASE WHEN a.status = 'registered' THEN 2 ELSE 0 END)",
        ),
    ] {
        let rows: Vec<String> = sql.list(query).await;
        found.extend(rows.into_iter().map(|row| format!("{what}: {row}")));
    }
    found
}

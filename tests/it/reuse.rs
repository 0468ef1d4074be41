//! SEC-09 over HTTP: one connection a pool, twenty municipalities, and everything that can go
//! wrong in the middle of a request: the handler panics inside its transaction, a statement
//! runs out of time, the person goes away. Nobody ever gets a byte of another municipality.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::{act::acts, actor::Actor};
use futures::StreamExt as _;
use reqwest::{Method, StatusCode};
use tests::{Application, Browser, Person, Session, Site, Town, World};

const TOWNS: usize = 20;
const REQUESTS: usize = 500;

/// What a clock that breaks panics with.
pub const BREAKS: &str = "the clock breaks, as the test wants";

/// A clock that breaks whenever `breaks` says so. It is asked inside each transaction: a handler
/// panics there.
pub fn clock(now: DateTime<Utc>, breaks: impl Fn() -> bool + Send + Sync + 'static) -> db::Now {
    Arc::new(move || {
        assert!(!breaks(), "{BREAKS}");
        now
    })
}

struct Place {
    town: Town,
    coordinator: Person,
    browser: Browser,
    application: Application,
    marker: String,
}

/// What became of a request.
enum Outcome {
    /// Answered, with this status and body.
    Answered(StatusCode, String),
    /// The person went away first.
    Left,
    /// The connection broke.
    Broken,
}

async fn ask(browser: Browser, path: String, patience: Duration) -> Outcome {
    let request = async {
        let response = browser.request(Method::GET, &path).send().await?;
        let status = response.status();
        Ok::<_, reqwest::Error>((status, response.text().await?))
    };
    match tokio::time::timeout(patience, request).await {
        Ok(Ok((status, body))) => Outcome::Answered(status, body),
        Ok(Err(_)) => Outcome::Broken,
        Err(_) => Outcome::Left,
    }
}

/// Holds the applications again and again; how often statements stood waiting for them.
async fn hold(mut holder: Session, stop: Arc<AtomicBool>) -> u32 {
    let mut stood = 0;
    while !stop.load(Ordering::Relaxed) {
        holder
            .script("BEGIN; LOCK TABLE app.application IN ACCESS EXCLUSIVE MODE")
            .await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let waiting: i64 = holder
            .value("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'app.application'::regclass")
            .await
            .unwrap();
        stood += u32::from(waiting > 0);
        tokio::time::sleep(Duration::from_millis(500)).await;
        holder.script("ROLLBACK").await;
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
    stood
}

async fn nothing_stays_open(superuser: &mut Session) {
    for _ in 0..200 {
        let open: i64 = superuser
            .value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                 AND usename = 'attest_tenant' AND (state <> 'idle' OR xact_start IS NOT NULL)",
            )
            .await
            .unwrap();
        if open == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a transaction stays open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_09_one_connection_and_twenty_municipalities() {
    let world = World::own().await;
    let (armed, asked, broke) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicUsize::new(0)),
    );
    let now = {
        let (armed, asked, broke) = (armed.clone(), asked.clone(), broke.clone());
        clock(world.now(), move || {
            let breaks =
                armed.load(Ordering::Relaxed) && asked.fetch_add(1, Ordering::Relaxed) % 17 == 16;
            broke.fetch_add(usize::from(breaks), Ordering::Relaxed);
            breaks
        })
    };
    let (app, db) = world.rough_app(1, now, "options[statement_timeout]=400");
    let site = Site::of(app).await;
    let mut superuser = world.superuser().await;
    let mut places = Vec::new();
    for number in 0..TOWNS {
        let town = world.town().await;
        let coordinator = town.coordinator().await;
        let application = town.submitted(&town.teacher().await).await;
        let marker = format!(
            "Меченый{}",
            char::from_u32('А' as u32 + u32::try_from(number).unwrap()).unwrap()
        );
        superuser
            .script(&format!(
                "UPDATE app.application SET surname = '{marker}' WHERE id = {}; \
                 UPDATE app.membership SET surname = '{marker}' WHERE tenant_id = {}",
                application.id, town.id
            ))
            .await;
        let browser = site.browser_of(&coordinator).await;
        places.push(Place {
            town,
            coordinator,
            browser,
            application,
            marker,
        });
    }
    // Statements that stand: somebody holds the table for longer than they may take.
    let stop = Arc::new(AtomicBool::new(false));
    let holding = tokio::spawn(hold(world.superuser().await, stop.clone()));
    armed.store(true, Ordering::Relaxed);
    let requests = (0..REQUESTS).map(|number| {
        let (place, other) = (&places[number % TOWNS], &places[(number * 7 + 3) % TOWNS]);
        let path = match number / TOWNS % 5 {
            0 => "/municipal/applications".to_owned(),
            1 => format!("/municipal/applications/{}", place.application.public_id),
            2 => format!("/municipal/applications/{}", other.application.public_id),
            3 => "/municipal/people".to_owned(),
            _ => "/municipal".to_owned(),
        };
        // Every fourth goes away, each after another moment.
        let patience = match number % 4 {
            3 => Duration::from_millis(u64::try_from(number % 40).unwrap()),
            _ => Duration::from_secs(30),
        };
        let (browser, town) = (place.browser.clone(), number % TOWNS);
        async move { (town, ask(browser, path, patience).await) }
    });
    let outcomes: Vec<(usize, Outcome)> = futures::stream::iter(requests)
        .buffer_unordered(12)
        .collect()
        .await;
    armed.store(false, Ordering::Relaxed);
    stop.store(true, Ordering::Relaxed);
    let stood = holding.await.unwrap();

    let (mut own, mut failed, mut left, mut broken) = (0, 0, 0, 0);
    let mut faults = Vec::new();
    for (town, outcome) in &outcomes {
        match outcome {
            Outcome::Left => left += 1,
            Outcome::Broken => broken += 1,
            Outcome::Answered(status, body) => {
                let mine = &places[*town].marker;
                failed += u32::from(status.is_server_error());
                own += u32::from(body.contains(mine));
                let others = places.iter().map(|place| &place.marker);
                let shown = others.filter(|marker| *marker != mine && body.contains(*marker));
                faults.extend(shown.map(|marker| format!("{marker} shown to {mine}")));
            }
        }
    }
    let broke = broke.load(Ordering::Relaxed);
    println!(
        "SEC-09: {} requests: {own} with their own marker, {broke} panics, {stood} times statements stood, \
         {failed} server errors, {left} went away, {broken} broken off",
        outcomes.len()
    );
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(own > 60, "too few were served: {own}");
    assert!(broke > 10, "too few panics: {broke}");
    assert!(stood > 1, "no statement stood: {stood}");
    assert!(failed > 10, "too few failed: {failed}");
    assert!(left > 40, "too few went away: {left}");

    // Nothing is left open, the pool serves, a scope of no municipality is refused, and one of
    // some municipality sees its rows alone.
    nothing_stays_open(&mut superuser).await;
    for place in &places {
        let page = place.browser.get("/municipal/applications").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.told());
        assert!(page.body.contains(&place.marker), "{}", place.town.name);
        let nowhere = Actor {
            tenant: None,
            ..place.coordinator.actor.clone()
        };
        let refused = db.enter::<acts::ReadApplication>(&nowhere).await.err();
        assert!(matches!(refused, Some(db::Error::Ended)), "{refused:?}");
        let here = &place.coordinator.actor;
        let mut tx = db.enter::<acts::ReadApplication>(here).await.unwrap();
        for any in &places {
            let seen = db::applications::find(&mut tx, any.application.public_id)
                .await
                .unwrap();
            assert_eq!(seen.is_some(), any.town.id == place.town.id);
        }
    }
}

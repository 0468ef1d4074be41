//! SEC-09 behind a pooler in transaction mode: two processes with pools of their own share one
//! connection a login, so whose transaction it carried before is anybody's. Nothing of a context
//! is left when a transaction ends, whichever way, and statements keep their names apart.

use std::cell::Cell;

use domain::act::acts;
use futures::StreamExt as _;
use sqlx::{Connection as _, PgConnection};
use tests::{Application, Person, Session, Town, World, pooler::Pooler, stack::STACK};

const TOWNS: usize = 6;
const TURNS: usize = 240;

struct Place {
    town: Town,
    coordinator: Person,
    application: Application,
}

/// What of a context the connection of a login still has, and how many applications it shows.
async fn left(connection: &mut PgConnection) -> (Vec<String>, i64) {
    let left = "SELECT coalesce(array_agg(name || '=' || value), '{}') FROM unnest(ARRAY['app.tenant', 'app.account', \
        'app.role', 'app.now', 'app.token', 'app.moving']) name, current_setting(name, true) value WHERE value <> ''";
    let left = sqlx::query_scalar(left)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    let seen = sqlx::query_scalar("SELECT count(*) FROM app.application")
        .fetch_one(connection)
        .await
        .unwrap();
    (left, seen)
}

async fn backends(superuser: &mut Session) -> i64 {
    superuser
        .value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND usename IN ('attest_tenant', 'attest_operator')",
        )
        .await
        .unwrap()
}

#[tokio::test]
async fn sec_09_behind_a_pooler_nothing_of_a_context_is_left() {
    let world = World::own().await;
    let mut places = Vec::new();
    for _ in 0..TOWNS {
        let town = world.town().await;
        let coordinator = town.coordinator().await;
        let application = town.submitted(&town.teacher().await).await;
        places.push(Place {
            town,
            coordinator,
            application,
        });
    }
    let operator = world.operator().await;
    let mut superuser = world.superuser().await;
    // What made the places stands idle beside.
    let before = backends(&mut superuser).await;

    let pooler = Pooler::start().await;
    let process = || {
        let now = world.now();
        world.rough_app(3, std::sync::Arc::new(move || now), &pooler.option())
    };
    let processes = [process(), process()];
    let url = format!(
        "{}?{}",
        STACK.url("attest_tenant", world.database()),
        pooler.option()
    );
    let mut bare = PgConnection::connect(&url).await.unwrap();

    let turns = futures::stream::iter(0..TURNS).map(|turn| {
        let (place, other) = (&places[turn % TOWNS], &places[(turn * 5 + 1) % TOWNS]);
        let (app, db) = &processes[turn / 3 % 2];
        let operator = &operator.actor;
        async move {
            if turn % 8 == 7 {
                // An operator's context moves into the municipality of the case.
                let seen = app.case(operator, place.application.public_id).await;
                assert!(seen.is_ok(), "{:?}", seen.err());
                return;
            }
            let here = &place.coordinator.actor;
            let mut tx = db.enter::<acts::ReadApplication>(here).await.unwrap();
            for any in [place, other] {
                let seen = db::applications::find(&mut tx, any.application.public_id)
                    .await
                    .unwrap();
                assert_eq!(seen.is_some(), any.town.id == place.town.id, "turn {turn}");
            }
            // Every third is given up and rolled back.
            if turn % 3 != 2 {
                tx.commit().await.unwrap();
            }
        }
    });
    // Both on one thread: whoever looks is served between the transactions of the others.
    let done = Cell::new(false);
    let work = async {
        let turned = turns.buffer_unordered(6).count().await;
        done.set(true);
        turned
    };
    let look = async {
        let mut looked = 0_usize;
        while !done.get() {
            assert_eq!(left(&mut bare).await, (Vec::new(), 0), "look {looked}");
            looked += 1;
        }
        looked
    };
    let (turned, looked) = futures::future::join(work, look).await;
    assert_eq!(turned, TURNS);
    assert!(looked > TOWNS, "hardly ever looked at: {looked}");
    let (lent, statements) = (pooler.lent(), pooler.statements());
    let shared = backends(&mut superuser).await - before;
    println!(
        "SEC-09: {turned} transactions of two processes over {shared} connections of two logins, lent {lent} times, \
         looked at {looked} times between, {statements} statements prepared by name"
    );
    assert_eq!(shared, 2, "a connection a login");
    assert!(lent > TURNS / 2, "hardly ever lent to another: {lent}");
    assert!(statements > 6, "too few named statements: {statements}");
}

//! The door under cancellation (04 A3, SEC-09): whatever moment a request is dropped at, the
//! connection it held gives the next one nothing and stands in no transaction.

use std::{future::Future, pin::pin, task::Poll, time::Duration};

use domain::act::acts;
use tests::{Session, World};
use uuid::Uuid;

/// Polls `future` at most `polls` times and drops it; whether it came to its end.
async fn poll_and_drop<F: Future>(polls: usize, future: F) -> bool {
    let mut future = pin!(future);
    let mut polled = 0;
    std::future::poll_fn(|context| {
        polled += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if polled >= polls => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Waits until the connection came back to its pool; fails if it came back in a transaction.
/// Before anybody borrows it: a later commit would hide what was left open.
async fn nothing_stays_open(superuser: &mut Session, when: &str) {
    // What was sent before the drop is still on its way to the server.
    tokio::time::sleep(Duration::from_millis(10)).await;
    for _ in 0..500 {
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
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a transaction stays open {when}");
}

#[tokio::test]
async fn sec_09_a_dropped_request_leaves_nothing_behind() {
    // A database of its own: other tests' transactions would be counted.
    let world = World::own_with_connections(1).await;
    let (one, other) = (world.town().await, world.town().await);
    let mine = one.submitted(&one.teacher().await).await;
    let theirs = other.submitted(&other.teacher().await).await;
    let (former, next) = (one.coordinator().await, other.coordinator().await);
    let mut superuser = world.superuser().await;
    let (mut tried, mut dropped) = (0, 0);
    for polls in (1..=6).cycle() {
        // On a busy machine several wakes come as one and fewer polls are needed: on until
        // enough were dropped half way.
        if tried >= 60 && dropped > 30 {
            break;
        }
        tried += 1;
        assert!(tried < 600, "too few are dropped half way: {dropped}");
        let work = async {
            let mut tx = world
                .db()
                .enter::<acts::ReadApplication>(&former)
                .await
                .unwrap();
            for _ in 0..3 {
                db::applications::find(&mut tx, mine.public_id)
                    .await
                    .unwrap();
            }
            tx.commit().await.unwrap();
        };
        if !poll_and_drop(polls, work).await {
            dropped += 1;
        }
        let when = format!("after {polls} polls");
        nothing_stays_open(&mut superuser, &when).await;
        let mut tx = world
            .db()
            .enter::<acts::ReadApplication>(&next)
            .await
            .unwrap();
        let seen =
            async |tx: &mut db::Scope, id: Uuid| db::applications::find(tx, id).await.unwrap();
        assert!(
            seen(&mut tx, mine.public_id).await.is_none(),
            "after {polls} polls"
        );
        assert!(
            seen(&mut tx, theirs.public_id).await.is_some(),
            "after {polls} polls"
        );
        tx.commit().await.unwrap();
    }
}

/// Dropped while its statement stands waiting for a lock: the borrower after it is served,
/// and the verb that was dropped has done nothing.
#[tokio::test]
async fn sec_09_dropped_in_the_middle_of_a_statement() {
    let world = World::own_with_connections(1).await;
    let (one, other) = (world.town().await, world.town().await);
    let mine = one.submitted(&one.teacher().await).await;
    let (former, next) = (one.coordinator().await, other.coordinator().await);
    let mut blocker = world.superuser().await;
    let key = format!("hashtextextended('{}', 0)", mine.public_id);
    blocker
        .script(&format!("SELECT pg_advisory_lock({key})"))
        .await;
    let version = mine.version(&one).await;
    let waiting = tokio::spawn({
        let (app, former) = (world.app().clone(), former.clone());
        async move { app.register(&former, mine.public_id, version).await }
    });
    let mut superuser = world.superuser().await;
    while superuser
        .value::<i64>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        .await
        .unwrap()
        == 0
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    blocker
        .script(&format!("SELECT pg_advisory_unlock({key})"))
        .await;
    nothing_stays_open(&mut superuser, "after a statement was dropped").await;
    let mut tx = world
        .db()
        .enter::<acts::ReadApplication>(&next)
        .await
        .unwrap();
    let seen = db::applications::find(&mut tx, mine.public_id)
        .await
        .unwrap();
    assert!(seen.is_none(), "another municipality's row was seen");
    tx.commit().await.unwrap();
    assert_eq!(mine.status(&one).await, "under_review");
    assert_eq!(mine.count(&one, "letter", "true").await, 0);
    // And it can still be done.
    world
        .app()
        .register(&former, mine.public_id, version)
        .await
        .unwrap();
}

/// A scope that is not committed is as if it had not been, whichever way it ends.
#[tokio::test]
async fn what_is_not_committed_is_not_done() {
    let world = World::own_with_connections(1).await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let application = town.submitted(&town.teacher().await).await;
    let mut tx = world
        .db()
        .enter::<acts::Register>(&coordinator)
        .await
        .unwrap();
    let row = db::applications::lock(&mut tx, application.public_id)
        .await
        .unwrap()
        .unwrap();
    let permit = tx.may(row).await.unwrap();
    let (number, _) = db::applications::register(&mut tx, &permit).await.unwrap();
    assert_eq!(number, 1);
    drop(tx);
    let version = application.version(&town).await;
    assert_eq!(application.status(&town).await, "under_review");
    let (number, _) = world
        .app()
        .register(&coordinator, application.public_id, version)
        .await
        .unwrap();
    assert_eq!(number, 1, "the number was not used up");
}

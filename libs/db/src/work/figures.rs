//! What waits for the worker and what is late, for whoever watches the installation: numbers by
//! kind, never whose.

use chrono::NaiveDate;

use crate::{error::Result, scope::WorkerTx};

/// What waits in one queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Which one: `letter`, `job`, `printout` or `quarantine`.
    pub name: String,
    /// Of what kind what waits is; empty for files in quarantine.
    pub kind: String,
    /// How many wait, back-offs included.
    pub waiting: i64,
    /// How long the oldest has waited since it was asked for, seconds.
    pub age: i64,
    /// How long the first one is past the moment it should have been begun at, seconds.
    pub lag: i64,
}

/// Every queue that is not empty. What is done is not read: each has an index of what waits.
///
/// # Errors
/// If the database does not answer.
pub async fn queues(tx: &mut WorkerTx) -> Result<Vec<Queue>> {
    Ok(sqlx::query_as!(
        Queue,
        r#"SELECT w.name AS "name!", w.kind AS "kind!", count(*) AS "waiting!",
             greatest(0, extract(epoch FROM now() - min(w.created_at)))::bigint AS "age!",
             greatest(0, extract(epoch FROM now() - min(w.due)))::bigint AS "lag!"
           FROM (
             SELECT 'letter' AS name, kind, created_at, run_after AS due FROM app.letter WHERE state = 'queued'
             UNION ALL
             SELECT 'letter', kind, created_at, run_after FROM app.account_letter WHERE state = 'queued'
             UNION ALL
             SELECT 'job', kind, created_at, run_after FROM app.job WHERE state = 'queued'
             UNION ALL
             SELECT 'printout', kind, created_at, run_after FROM app.printout WHERE state IN ('queued', 'running')
             UNION ALL
             SELECT 'quarantine', '', created_at, virus_after FROM app.file WHERE virus_state = 'quarantined') w
           GROUP BY w.name, w.kind"#
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Applications under review whose 30 days were over before `today`, in the whole region.
///
/// # Errors
/// If the database does not answer.
pub async fn overdue(tx: &mut WorkerTx, today: NaiveDate) -> Result<i64> {
    Ok(
        sqlx::query_scalar!(r#"SELECT app.overdue($1) AS "overdue!""#, today)
            .fetch_one(tx.connection())
            .await?,
    )
}

/// Cases whose term of keeping is over and accounts of which nothing is kept any more, that still are
/// there; at most 10,000 of each.
///
/// # Errors
/// If the database does not answer.
pub async fn to_destroy(tx: &mut WorkerTx) -> Result<i64> {
    Ok(
        sqlx::query_scalar!(r#"SELECT app.to_destroy() AS "waiting!""#)
            .fetch_one(tx.connection())
            .await?,
    )
}

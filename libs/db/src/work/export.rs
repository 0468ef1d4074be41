//! Making an export of a municipality: the row of the attempt and what there is to write.
//! Every function is one short transaction's work; none is held while the store is written to.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Job;
use crate::{
    error::{Result, touched},
    exports::Counts,
    scope::WorkerTx,
};

/// Documents named by a page.
const DOCUMENTS: i64 = 200;

/// Accounts in a page.
const ACCOUNTS: i32 = 500;

/// An attempt that has begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The export's id in commands.
    pub public_id: Uuid,
    /// When this attempt began.
    pub started_at: DateTime<Utc>,
    /// The municipality's slug.
    pub slug: String,
    /// The municipality's name.
    pub name: String,
    /// Where an attempt before it was writing: what is left of that goes.
    pub abandoned: Option<String>,
}

/// Whether whoever asked may still: an administrator by its cabinet, `ctl` always.
///
/// # Errors
/// If the database does not answer.
pub async fn still(tx: &mut WorkerTx, job: &Job) -> Result<bool> {
    if job.account == 0 {
        return Ok(true);
    }
    Ok(sqlx::query_scalar!(
        r#"SELECT app.still_institute($1, $2, 'admin') AS "still!""#,
        job.account,
        job.membership
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Begins an attempt that writes to `key`; none if the export is finished already.
///
/// # Errors
/// If the database does not answer.
pub async fn begin(tx: &mut WorkerTx, job: &Job, key: &str) -> Result<Option<Begun>> {
    Ok(sqlx::query_as!(
        Begun,
        r#"WITH before AS (SELECT tenant_id, id, s3_key FROM app.municipality_export
             WHERE tenant_id = $1 AND id = $2 AND state IN ('queued', 'running') FOR UPDATE)
           UPDATE app.municipality_export e
             SET state = 'running', s3_key = $3, done = 0, total = 0, started_at = app.ctx_now(),
               version = e.version + 1
           FROM before, app.municipality m
           WHERE e.tenant_id = before.tenant_id AND e.id = before.id AND m.id = e.tenant_id
           RETURNING e.public_id, e.started_at AS "started_at!", m.slug, m.name, before.s3_key AS "abandoned?""#,
        job.tenant.0,
        job.object,
        key,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Whether a document of the municipality still waits to be looked through: an export that left it
/// out would not be whole (SEC-63).
///
/// # Errors
/// If the database does not answer.
pub async fn waits(tx: &mut WorkerTx) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM app.file WHERE tenant_id = app.ctx_tenant() AND virus_state = 'quarantined')
           OR EXISTS (SELECT 1 FROM app.municipal_schedule
             WHERE tenant_id = app.ctx_tenant() AND virus_state = 'quarantined')
           OR EXISTS (SELECT 1 FROM app.order o WHERE o.virus_state = 'quarantined' AND o.id IN (
             SELECT d.order_id FROM app.decision d WHERE d.tenant_id = (SELECT app.ctx_tenant()))) AS "waits!""#
    )
    .fetch_one(tx.connection())
    .await?)
}

/// How many documents there are to write.
///
/// # Errors
/// If the database does not answer.
pub async fn documents_total(tx: &mut WorkerTx) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(DISTINCT s3_key) AS "n!" FROM app.file
           WHERE tenant_id = app.ctx_tenant() AND virus_state = 'clean'"#
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The keys of documents after this one, in order; none at the end.
///
/// # Errors
/// If the database does not answer.
pub async fn documents(tx: &mut WorkerTx, after: &str) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT DISTINCT s3_key FROM app.file WHERE tenant_id = app.ctx_tenant() AND s3_key > $1
           AND virus_state = 'clean'
         ORDER BY s3_key LIMIT $2",
        after,
        DOCUMENTS,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// The orders that decide in the municipality, oldest first: the key of each one's file, and
/// itself as a line of JSON. An order is the region's and lists people of other municipalities
/// too; the municipality may read it, so its export holds it.
///
/// # Errors
/// If the database does not answer.
pub async fn orders(tx: &mut WorkerTx) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"SELECT o.s3_key, jsonb_build_object('id', o.id, 'public_id', o.public_id, 'number', o.number,
             'date', o.date, 's3_key', o.s3_key, 'file_name', o.file_name, 'size', o.size)::text AS "line!"
           FROM app.order o WHERE o.virus_state = 'clean' AND o.id IN (
             SELECT d.order_id FROM app.decision d WHERE d.tenant_id = (SELECT app.ctx_tenant())) ORDER BY o.id"#
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.s3_key, row.line)).collect())
}

/// The keys of the municipality's signed schedules: one for a period.
///
/// # Errors
/// If the database does not answer.
pub async fn schedules(tx: &mut WorkerTx) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT s3_key FROM app.municipal_schedule
         WHERE tenant_id = app.ctx_tenant() AND virus_state = 'clean' ORDER BY id"
    )
    .fetch_all(tx.connection())
    .await?)
}

/// A page of the logins and addresses of the municipality's people: where the next one
/// begins, and each as a line of JSON.
///
/// # Errors
/// If the database does not answer.
pub async fn accounts(tx: &mut WorkerTx, after: i64) -> Result<(i64, Vec<String>)> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id!", line::text AS "line!" FROM app.export_accounts($1, $2)"#,
        after,
        ACCOUNTS,
    )
    .fetch_all(tx.connection())
    .await?;
    let last = rows.last().map_or(after, |row| row.id);
    Ok((last, rows.into_iter().map(|row| row.line).collect()))
}

/// Says how far the attempt is and keeps its lease.
///
/// # Errors
/// [`crate::Error::Stale`] when another attempt has taken over: this one ends.
pub async fn progress(
    tx: &mut WorkerTx,
    job: &Job,
    key: &str,
    done: i32,
    total: i32,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.municipality_export SET done = $4, total = $5, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND s3_key = $3 AND state = 'running'",
        job.tenant.0,
        job.object,
        key,
        done,
        total,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)?;
    sqlx::query!(
        "UPDATE app.job SET run_after = now() + interval '5 minutes'
         WHERE tenant_id = $1 AND id = $2 AND state = 'queued'",
        job.tenant.0,
        job.id,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The file is in the store.
///
/// # Errors
/// As [`progress`].
pub async fn finish(
    tx: &mut WorkerTx,
    job: &Job,
    key: &str,
    size: i64,
    sha256: &[u8],
    counts: &Counts,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.municipality_export
         SET state = 'done', size = $4, sha256 = $5, counts = to_jsonb($6::json), done = total,
           finished_at = app.ctx_now(), version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND s3_key = $3 AND state = 'running'",
        job.tenant.0,
        job.object,
        key,
        size,
        sha256,
        serde_json::json!(counts),
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// The export is given up.
///
/// # Errors
/// If the database does not answer.
pub async fn fail(tx: &mut WorkerTx, job: &Job) -> Result<()> {
    sqlx::query!(
        "UPDATE app.municipality_export SET state = 'failed', finished_at = app.ctx_now(), version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND state IN ('queued', 'running')",
        job.tenant.0,
        job.object,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

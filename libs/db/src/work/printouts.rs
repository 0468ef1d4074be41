//! Making a printout: claimed by a lease as any work, under a key of the attempt's own, so that
//! an attempt that lost its lease can finish nothing.

use chrono::{DateTime, Utc};
use domain::{actor::TenantId, role::Role};

use super::wait;
use crate::{
    error::{Error, Result, touched},
    printouts::Request,
    scope::WorkerTx,
};

/// An attempt at a printout.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The number inside.
    pub id: i64,
    /// The municipality it was asked in; none at the institute.
    pub municipality: Option<TenantId>,
    /// Who asked.
    pub account: i64,
    /// In which cabinet.
    pub membership: i64,
    /// As which role.
    pub role: Role,
    /// What for.
    pub request: Request,
    /// Where this attempt's file goes.
    pub key: String,
    /// Where an attempt before it was writing: what is left of that goes.
    pub abandoned: Option<String>,
    /// How often it was tried, this time included.
    pub tries: i32,
    /// The trace it was asked for in, as the scope carried it.
    pub trace: String,
}

/// Claims a printout that is due, to be written to `key`; none if there is none.
///
/// # Errors
/// If the database does not answer.
pub async fn claim(tx: &mut WorkerTx, key: &str) -> Result<Option<Attempt>> {
    // What took a worker down thrice takes down no fourth: a process that dies puts nothing off.
    sqlx::query!(
        "UPDATE app.printout SET state = 'failed', finished_at = app.ctx_now()
         WHERE state = 'running' AND run_after <= now() AND tries >= 3"
    )
    .execute(tx.connection())
    .await?;
    let row = sqlx::query!(
        r#"WITH due AS (SELECT id, s3_key FROM app.printout
             WHERE state IN ('queued', 'running') AND run_after <= now() AND kind = ANY ($1)
             ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
           UPDATE app.printout p SET state = 'running', tries = p.tries + 1, done = 0, total = 0, s3_key = $2,
             run_after = now() + interval '5 minutes'
           FROM due WHERE p.id = due.id
           RETURNING p.id, p.municipality_id, p.account_id, p.membership_id, p.role, p.request, p.tries, p.trace,
             due.s3_key AS "abandoned?""#,
        &Request::KINDS.map(str::to_owned),
        key,
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Attempt {
            id: row.id,
            municipality: row.municipality_id.map(TenantId),
            account: row.account_id,
            membership: row.membership_id,
            role: Role::from_code(&row.role).ok_or(Error::Corrupt {
                column: "printout.role",
            })?,
            request: serde_json::from_value(row.request).map_err(|_| Error::Corrupt {
                column: "printout.request",
            })?,
            key: key.to_owned(),
            abandoned: row.abandoned,
            tries: row.tries,
            trace: row.trace,
        })
    })
    .transpose()
}

/// Whether the cabinet it was asked for in is still open (03 §3.3).
///
/// # Errors
/// If the database does not answer.
pub async fn still(tx: &mut WorkerTx, attempt: &Attempt) -> Result<bool> {
    let Some(tenant) = attempt.municipality else {
        return Ok(sqlx::query_scalar!(
            r#"SELECT app.still_institute($1, $2, $3) AS "still!""#,
            attempt.account,
            attempt.membership,
            attempt.role.code(),
        )
        .fetch_one(tx.connection())
        .await?);
    };
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM app.membership WHERE tenant_id = $1 AND id = $2
             AND account_id = $3 AND role = $4 AND ended_at IS NULL) AS "open!""#,
        tenant.0,
        attempt.membership,
        attempt.account,
        attempt.role.code(),
    )
    .fetch_one(tx.inside()?)
    .await?)
}

/// Says how far the attempt is and keeps its lease.
///
/// # Errors
/// [`crate::Error::Stale`] when another attempt has taken over: this one ends.
pub async fn progress(tx: &mut WorkerTx, attempt: &Attempt, done: i32, total: i32) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.printout SET done = $3, total = $4, run_after = now() + interval '5 minutes'
         WHERE id = $1 AND s3_key = $2 AND state = 'running'",
        attempt.id,
        attempt.key,
        done,
        total,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Keeps the lease of an attempt that is busy with one long piece.
///
/// # Errors
/// As [`progress`].
pub async fn hold(tx: &mut WorkerTx, attempt: &Attempt) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.printout SET run_after = now() + interval '5 minutes'
         WHERE id = $1 AND s3_key = $2 AND state = 'running'",
        attempt.id,
        attempt.key,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// A file that was made.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// The name it is downloaded under.
    pub name: &'a str,
    /// Bytes.
    pub size: i64,
    /// SHA-256.
    pub sha256: &'a [u8],
    /// By which template it was printed.
    pub template_version: i32,
}

/// The file is in the store.
///
/// # Errors
/// As [`progress`].
pub async fn finish(tx: &mut WorkerTx, attempt: &Attempt, file: &Kept<'_>) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.printout SET state = 'done', done = total, file_name = $3, size = $4, sha256 = $5,
           template_version = $6, finished_at = app.ctx_now()
         WHERE id = $1 AND s3_key = $2 AND state = 'running'",
        attempt.id,
        attempt.key,
        file.name,
        file.size,
        file.sha256,
        file.template_version,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// The attempt did not succeed; says whether there will be another.
///
/// # Errors
/// If the database does not answer.
pub async fn later(tx: &mut WorkerTx, attempt: &Attempt) -> Result<bool> {
    let Some(minutes) = wait(attempt.tries) else {
        fail(tx, attempt).await?;
        return Ok(false);
    };
    sqlx::query!(
        "UPDATE app.printout SET run_after = now() + make_interval(mins => $3)
         WHERE id = $1 AND s3_key = $2 AND state = 'running'",
        attempt.id,
        attempt.key,
        minutes,
    )
    .execute(tx.connection())
    .await?;
    Ok(true)
}

/// The printout is given up.
///
/// # Errors
/// If the database does not answer.
pub async fn fail(tx: &mut WorkerTx, attempt: &Attempt) -> Result<()> {
    sqlx::query!(
        "UPDATE app.printout SET state = 'failed', finished_at = app.ctx_now()
         WHERE id = $1 AND s3_key = $2 AND state = 'running'",
        attempt.id,
        attempt.key,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Takes away the printouts asked for before this moment; their files are the caller's.
///
/// # Errors
/// If the database does not answer.
pub async fn clear(tx: &mut WorkerTx, before: DateTime<Utc>) -> Result<()> {
    sqlx::query!("DELETE FROM app.printout WHERE created_at < $1", before)
        .execute(tx.connection())
        .await?;
    Ok(())
}

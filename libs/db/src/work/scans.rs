//! Scans the worker reads back: where one lies, what it is to be, and what becomes of its reading.

use chrono::{DateTime, Utc};
use domain::paper::{Document, ShortId, verdict::Reading};

use super::Job;
use crate::{
    error::{Error, Result},
    jobs::JobKind,
    scope::WorkerTx,
};

/// A scan to be read.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The key in the store.
    pub key: String,
    /// Which kind of paper it is to be.
    pub document: Document,
    /// Which one.
    pub id: ShortId,
    /// The edition in force; none for a schedule, whose edition is the day it was formed.
    pub edition: Option<i64>,
    /// When that was formed; for a schedule, when a row of it changed last.
    pub formed_at: DateTime<Utc>,
    /// Whose signatures are due, numbers in [`Document::signers`].
    pub due: Vec<u8>,
}

/// The scan a job asks to read; none if it is gone.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn asked(tx: &mut WorkerTx, job: &Job) -> Result<Option<Scan>> {
    if job.kind == JobKind::ScheduleScan {
        of_schedule(tx, job).await
    } else {
        of_case(tx, job).await
    }
}

async fn of_case(tx: &mut WorkerTx, job: &Job) -> Result<Option<Scan>> {
    // A conclusion is printed from the newest text formed on screen, whoever scanned it since.
    let row = sqlx::query!(
        r#"SELECT f.s3_key, k.document, k.due, a.public_id,
             CASE k.document WHEN 'application' THEN t.edition::bigint WHEN 'conclusion' THEN r.of_id
               ELSE (SELECT count(*) FROM app.withdrawal e WHERE e.tenant_id = w.tenant_id
                 AND e.application_id = w.application_id AND e.id <= w.id) END AS "edition!",
             CASE k.document WHEN 'application' THEN a.formed_at WHEN 'conclusion' THEN r.created_at
               ELSE w.created_at END AS "formed_at!"
           FROM app.scan_check k
           JOIN app.file f ON f.tenant_id = k.tenant_id AND f.id = k.file_id
           JOIN app.application a ON a.tenant_id = k.tenant_id AND a.id = k.application_id
           LEFT JOIN app.attachment t ON t.tenant_id = k.tenant_id AND t.file_id = k.file_id
             AND t.application_id = k.application_id AND t.kind = 'scan'
           LEFT JOIN app.withdrawal w ON w.tenant_id = k.tenant_id AND w.application_id = k.application_id
             AND w.file_id = k.file_id
           LEFT JOIN LATERAL (SELECT x.of_id, x.created_at FROM app.rendition x WHERE x.tenant_id = k.tenant_id
             AND x.application_id = k.application_id AND x.kind = 'conclusion' ORDER BY x.of_id DESC LIMIT 1) r ON true
           WHERE k.tenant_id = app.ctx_tenant() AND k.application_id = $1 AND k.file_id = $2
             AND f.virus_state <> 'refused' AND CASE k.document WHEN 'application' THEN t.id IS NOT NULL AND a.formed_at IS NOT NULL
               WHEN 'conclusion' THEN r.of_id IS NOT NULL ELSE w.id IS NOT NULL END"#,
        job.application,
        job.object,
    )
    .fetch_optional(tx.inside()?)
    .await?;
    row.map(|row| {
        Ok(Scan {
            key: row.s3_key,
            document: Document::from_code(&row.document).ok_or(Error::Corrupt {
                column: "scan_check.document",
            })?,
            id: ShortId::of(row.public_id),
            edition: Some(row.edition),
            formed_at: row.formed_at,
            due: row
                .due
                .into_iter()
                .filter_map(|who| u8::try_from(who).ok())
                .collect(),
        })
    })
    .transpose()
}

async fn of_schedule(tx: &mut WorkerTx, job: &Job) -> Result<Option<Scan>> {
    let row = sqlx::query!(
        r#"SELECT g.tenant_id, g.period_id, g.s3_key,
             coalesce(max(s.changed_at), g.signed_at) AS "rows_at!",
             (SELECT max(greatest(x.assigned_at, x.closed_at)) FROM app.assignment x
              JOIN app.schedule_row o ON o.tenant_id = x.tenant_id AND o.application_id = x.application_id
              JOIN app.application a ON a.tenant_id = x.tenant_id AND a.id = x.application_id
              WHERE o.tenant_id = g.tenant_id AND o.period_id = g.period_id AND a.status = 'registered') AS experts_at
           FROM app.municipal_schedule g
           LEFT JOIN app.schedule_row s ON s.tenant_id = g.tenant_id AND s.period_id = g.period_id
           WHERE g.tenant_id = app.ctx_tenant() AND g.id = $1
           GROUP BY g.tenant_id, g.id"#,
        job.object,
    )
    .fetch_optional(tx.inside()?)
    .await?;
    Ok(row.map(|row| Scan {
        key: row.s3_key,
        document: Document::Schedule,
        id: ShortId::of_schedule(row.tenant_id, row.period_id),
        edition: None,
        formed_at: row.experts_at.map_or(row.rows_at, |at| at.max(row.rows_at)),
        due: vec![0],
    }))
}

/// Keeps what came of reading the scan that lay under `key`; of a schedule's scan that was replaced
/// meanwhile nothing is kept.
///
/// # Errors
/// If the database does not answer.
pub async fn keep(tx: &mut WorkerTx, job: &Job, key: &str, reading: &Reading) -> Result<()> {
    let reading = serde_json::to_value(reading).map_err(|_| Error::Corrupt {
        column: "scan_check.reading",
    })?;
    if job.kind == JobKind::ScheduleScan {
        sqlx::query!(
            "UPDATE app.municipal_schedule SET reading = $2
             WHERE tenant_id = app.ctx_tenant() AND id = $1 AND s3_key = $3",
            job.object,
            reading,
            key,
        )
        .execute(tx.inside()?)
        .await?;
        return Ok(());
    }
    sqlx::query!(
        "UPDATE app.scan_check SET reading = $2 WHERE tenant_id = app.ctx_tenant() AND file_id = $1",
        job.object,
        reading,
    )
    .execute(tx.inside()?)
    .await?;
    Ok(())
}

//! What the worker has to do: letters and jobs, claimed one at a time. A claim is a lease by
//! `run_after`, committed before the work starts: whoever claims and dies leaves the row to be
//! claimed again when the lease is over. Real time counts here, not the injected clock.
//!
//! A library for queues would have to insert as seven logins under row-level security inside
//! our transactions; two statements do (03 §3.3).

pub mod consents;
pub mod export;
pub mod figures;
pub mod mail;
pub mod orders;
pub mod orphans;
pub mod own_data;
pub mod papers;
pub mod previews;
pub mod print;
pub mod printouts;
pub mod quarantine;
pub mod reminders;
pub mod removals;
pub mod retention;
pub mod scans;
pub mod templates;

use chrono::{DateTime, Utc};
use domain::{actor::TenantId, letter::LetterKind, role::Role};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    jobs::JobKind,
    scope::WorkerTx,
};

/// Minutes to wait after each failed try; after the last one the row has failed.
const BACK_OFF: [i32; 7] = [1, 5, 15, 60, 180, 360, 720];

/// What the log says of work whose last try ended with the process itself.
pub(crate) const GIVEN_UP: &str = "work is given up: the process ended at each try";

/// A letter of a case or of an account, claimed.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The municipality; none for a letter about an account itself, or about all of them.
    pub tenant: Option<TenantId>,
    /// The number inside its table.
    pub id: i64,
    /// What its Message-ID is made of: the same however often it is sent.
    pub public_id: Uuid,
    /// What it tells.
    pub kind: LetterKind,
    /// Whom it goes to; none for an invitation.
    pub account: Option<i64>,
    /// The invitation it carries.
    pub invitation: Option<i64>,
    /// The application it is about.
    pub application: Option<i64>,
    /// The one-time link of an account it carries.
    pub token: Option<i64>,
    /// How often it was tried, this time included.
    pub tries: i32,
    /// When what it tells happened.
    pub created_at: DateTime<Utc>,
    /// The trace it was asked for in, as the scope carried it.
    pub trace: String,
}

/// Claims a letter, if one is due: of accounts first, a person waits for these. A kind of a
/// later release is left to a worker that knows it.
///
/// # Errors
/// If the database does not answer.
pub async fn claim_letter(tx: &mut WorkerTx) -> Result<Option<Letter>> {
    let known: Vec<String> = LetterKind::ALL
        .iter()
        .map(|kind| kind.code().to_owned())
        .collect();
    let row = sqlx::query!(
        "UPDATE app.account_letter SET tries = tries + 1, run_after = now() + interval '5 minutes'
         WHERE id = (SELECT id FROM app.account_letter WHERE state = 'queued' AND run_after <= now()
                       AND kind = ANY($1)
                     ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, public_id, kind, account_id, invitation_id, token_id, tries, created_at, trace",
        &known
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(row) = row {
        return Ok(Some(Letter {
            tenant: None,
            id: row.id,
            public_id: row.public_id,
            kind: kind(&row.kind)?,
            account: row.account_id,
            invitation: row.invitation_id,
            application: None,
            token: row.token_id,
            tries: row.tries,
            created_at: row.created_at,
            trace: row.trace,
        }));
    }
    let row = sqlx::query!(
        "UPDATE app.letter SET tries = tries + 1, run_after = now() + interval '5 minutes'
         WHERE (tenant_id, id) = (SELECT tenant_id, id FROM app.letter
                     WHERE state = 'queued' AND run_after <= now() AND kind = ANY($1)
                     ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING tenant_id, id, public_id, kind, account_id, invitation_id, application_id,
           tries, created_at, trace",
        &known
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Letter {
            tenant: Some(TenantId(row.tenant_id)),
            id: row.id,
            public_id: row.public_id,
            kind: kind(&row.kind)?,
            account: row.account_id,
            invitation: row.invitation_id,
            application: row.application_id,
            token: None,
            tries: row.tries,
            created_at: row.created_at,
            trace: row.trace,
        })
    })
    .transpose()
}

fn kind(code: &str) -> Result<LetterKind> {
    LetterKind::from_code(code).ok_or(Error::Corrupt {
        column: "letter.kind",
    })
}

/// The letter is with the relay.
///
/// # Errors
/// If the database does not answer.
pub async fn letter_sent(tx: &mut WorkerTx, letter: &Letter) -> Result<()> {
    match letter.tenant {
        None => sqlx::query!(
            "UPDATE app.account_letter SET state = 'sent', sent_at = app.ctx_now() WHERE id = $1",
            letter.id
        ),
        Some(tenant) => sqlx::query!(
            "UPDATE app.letter SET state = 'sent', sent_at = app.ctx_now()
             WHERE tenant_id = $1 AND id = $2",
            tenant.0,
            letter.id
        ),
    }
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The letter was not taken this time; says whether it will be tried again.
///
/// # Errors
/// If the database does not answer.
pub async fn letter_later(tx: &mut WorkerTx, letter: &Letter) -> Result<bool> {
    let Some(minutes) = wait(letter.tries) else {
        letter_failed(tx, letter).await?;
        return Ok(false);
    };
    match letter.tenant {
        None => sqlx::query!(
            "UPDATE app.account_letter SET run_after = now() + make_interval(mins => $2) WHERE id = $1",
            letter.id,
            minutes
        ),
        Some(tenant) => sqlx::query!(
            "UPDATE app.letter SET run_after = now() + make_interval(mins => $3)
             WHERE tenant_id = $1 AND id = $2",
            tenant.0,
            letter.id,
            minutes
        ),
    }
    .execute(tx.connection())
    .await?;
    Ok(true)
}

/// The letter will never be sent. An invitation it carried was not delivered (R-ACC-4).
///
/// # Errors
/// If the database does not answer.
pub async fn letter_failed(tx: &mut WorkerTx, letter: &Letter) -> Result<()> {
    let Some(tenant) = letter.tenant else {
        sqlx::query!(
            "UPDATE app.account_letter SET state = 'failed' WHERE id = $1",
            letter.id
        )
        .execute(tx.connection())
        .await?;
        return undelivered_to_institute(tx, letter).await;
    };
    sqlx::query!(
        "UPDATE app.letter SET state = 'failed' WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        letter.id
    )
    .execute(tx.connection())
    .await?;
    if let Some(invitation) = letter.invitation {
        sqlx::query!(
            "UPDATE app.invitation SET state = 'undelivered', version = version + 1
             WHERE tenant_id = $1 AND id = $2 AND state = 'sent'",
            tenant.0,
            invitation
        )
        .execute(tx.connection())
        .await?;
    }
    Ok(())
}

async fn undelivered_to_institute(tx: &mut WorkerTx, letter: &Letter) -> Result<()> {
    sqlx::query!(
        "UPDATE app.institute_invitation SET state = 'undelivered', version = version + 1
         WHERE id = $1 AND state = 'sent'",
        letter.invitation
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A job, claimed.
#[derive(Clone, Debug)]
pub struct Job {
    /// The municipality.
    pub tenant: TenantId,
    /// The number inside.
    pub id: i64,
    /// What is asked for.
    pub kind: JobKind,
    /// The application it is about; 0 if it is about none.
    pub application: i64,
    /// The edition, or the number of the withdrawal, the export, the scan's file or schedule.
    pub object: i64,
    /// Who asked for it.
    pub account: i64,
    /// In which cabinet.
    pub membership: i64,
    /// As which role.
    pub role: Role,
    /// How often it was tried, this time included.
    pub tries: i32,
    /// The trace it was asked for in, as the scope carried it.
    pub trace: String,
}

/// Claims a job of one of `kinds`, if one is due.
///
/// # Errors
/// If the database does not answer.
pub async fn claim_job(tx: &mut WorkerTx, kinds: &[JobKind]) -> Result<Option<Job>> {
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.code().to_owned()).collect();
    // What takes the process down at each try puts nothing off itself: it ends as if it had.
    let given_up = sqlx::query!(
        "UPDATE app.job SET state = 'failed'
         WHERE state = 'queued' AND run_after <= now() AND tries > $1 RETURNING id, kind, trace",
        i32::try_from(BACK_OFF.len()).unwrap_or(i32::MAX)
    )
    .fetch_all(tx.connection())
    .await?;
    for job in given_up {
        tracing::error!(
            id = job.id,
            kind = job.kind,
            trace = job.trace,
            "{GIVEN_UP}"
        );
    }
    let row = sqlx::query!(
        r#"UPDATE app.job SET tries = tries + 1, run_after = now() + interval '5 minutes'
         WHERE (tenant_id, id) = (SELECT tenant_id, id FROM app.job
                     WHERE state = 'queued' AND run_after <= now() AND kind = ANY ($1)
                     ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING tenant_id, id, kind, coalesce(application_id, 0) AS "application!",
           coalesce(object_id, 0) AS "object!", account_id, membership_id, role, tries, trace"#,
        &kinds
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Job {
            tenant: TenantId(row.tenant_id),
            id: row.id,
            kind: JobKind::from_code(&row.kind).ok_or(Error::Corrupt { column: "job.kind" })?,
            application: row.application,
            object: row.object,
            account: row.account_id,
            membership: row.membership_id,
            role: Role::from_code(&row.role).ok_or(Error::Corrupt { column: "job.role" })?,
            tries: row.tries,
            trace: row.trace,
        })
    })
    .transpose()
}

/// The job is done.
///
/// # Errors
/// If the database does not answer.
pub async fn job_done(tx: &mut WorkerTx, job: &Job) -> Result<()> {
    sqlx::query!(
        "UPDATE app.job SET state = 'done' WHERE tenant_id = $1 AND id = $2",
        job.tenant.0,
        job.id
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The job did not succeed this time; says whether it will be tried again.
///
/// # Errors
/// If the database does not answer.
pub async fn job_later(tx: &mut WorkerTx, job: &Job) -> Result<bool> {
    let Some(minutes) = wait(job.tries) else {
        job_failed(tx, job).await?;
        return Ok(false);
    };
    sqlx::query!(
        "UPDATE app.job SET run_after = now() + make_interval(mins => $3)
         WHERE tenant_id = $1 AND id = $2",
        job.tenant.0,
        job.id,
        minutes
    )
    .execute(tx.connection())
    .await?;
    Ok(true)
}

/// The job will never be done.
///
/// # Errors
/// If the database does not answer.
pub async fn job_failed(tx: &mut WorkerTx, job: &Job) -> Result<()> {
    sqlx::query!(
        "UPDATE app.job SET state = 'failed' WHERE tenant_id = $1 AND id = $2",
        job.tenant.0,
        job.id
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whether the cabinet a job was asked for in is still open (03 §3.3).
///
/// # Errors
/// If the database does not answer.
pub async fn still(tx: &mut WorkerTx, job: &Job) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM app.membership WHERE tenant_id = $1 AND id = $2
             AND account_id = $3 AND role = $4 AND ended_at IS NULL)
           OR ($4 = 'expert' AND EXISTS (SELECT 1 FROM app.assignment WHERE tenant_id = $1 AND application_id = $5
             AND expert_membership_id = $2 AND expert_account_id = $3 AND closed_at IS NULL)) AS "open!""#,
        job.tenant.0,
        job.membership,
        job.account,
        job.role.code(),
        job.application,
    )
    .fetch_one(tx.inside()?)
    .await?)
}

fn wait(tries: i32) -> Option<i32> {
    let failed = usize::try_from(tries).unwrap_or(0).saturating_sub(1);
    BACK_OFF.get(failed).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_apart_and_end() {
        assert_eq!(
            (wait(1), wait(2), wait(7), wait(8)),
            (Some(1), Some(5), Some(720), None)
        );
    }
}

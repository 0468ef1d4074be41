//! Withdrawals: objects of their own beside the application, one open at most (R-WD-1). Who
//! may form, submit or decide one is the policy's answer, when the state table's; lists for
//! those who decide and those who may withdraw stand in `withdrawals/lists`.

use chrono::{DateTime, Utc};
use domain::{
    act::{Doing, acts},
    life::{Status, Withdrawal as State},
    paper::{Document, verdict::Reading},
    role::Role,
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{
    applications::{Application, known, set_status},
    error::{Error, Result, touched},
    files::{self, NewFile},
    scan_checks,
    scope::{Permit, Scope, Tx},
};

pub mod lists;

/// A withdrawal, open or past.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// The id in forms.
    pub public_id: Uuid,
    /// Where it stands.
    pub state: State,
    /// What follows «в связи с», as it was typed.
    pub reason: String,
    /// The role of whoever formed it.
    pub by_role: Role,
    /// When it was formed.
    pub formed_at: DateTime<Utc>,
    /// Why it was declined; empty otherwise.
    pub answer: String,
    /// Its version.
    pub version: i32,
    /// The printed PDF, once the worker has made it: the file's public id.
    pub print: Option<Uuid>,
    /// The signed scan, once submitted: the file's public id.
    pub scan: Option<Uuid>,
    /// What was read on it.
    pub reading: Option<Reading>,
}

/// The newest withdrawal of an application: the open one, if any is.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn latest(scope: &mut Scope, application: &Application) -> Result<Option<Withdrawal>> {
    let row = sqlx::query!(
        r#"SELECT w.public_id, w.state, w.reason, w.by_role, w.created_at, w.answer, w.version,
             p.public_id AS "print?", f.public_id AS "scan?", s.reading AS "reading?: Json<Reading>"
           FROM app.withdrawal w
           LEFT JOIN app.rendition r ON r.tenant_id = w.tenant_id AND r.application_id = w.application_id
             AND r.kind = 'withdrawal' AND r.of_id = w.id
           LEFT JOIN app.file p ON p.tenant_id = r.tenant_id AND p.id = r.file_id
           LEFT JOIN app.file f ON f.tenant_id = w.tenant_id AND f.id = w.file_id
           LEFT JOIN app.scan_check s ON s.tenant_id = f.tenant_id AND s.file_id = f.id
           WHERE w.tenant_id = $1 AND w.application_id = $2 ORDER BY w.id DESC LIMIT 1"#,
        application.tenant.0,
        application.id,
    )
    .fetch_optional(scope.connection())
    .await?;
    row.map(|row| {
        Ok(Withdrawal {
            public_id: row.public_id,
            state: known(State::from_code(&row.state), "withdrawal.state")?,
            reason: row.reason,
            by_role: known(Role::from_code(&row.by_role), "withdrawal.by_role")?,
            formed_at: row.created_at,
            answer: row.answer,
            version: row.version,
            print: row.print,
            scan: row.scan,
            reading: row.reading.map(|Json(reading)| reading),
        })
    })
    .transpose()
}

/// What the own card, or any of the own cards, has to withdraw: the application under review
/// or registered, else the newest; `Some(None)` while the card has none, `None` without such
/// a card.
///
/// # Errors
/// If the database does not answer.
pub async fn own_target(scope: &mut Scope, card: Option<Uuid>) -> Result<Option<Option<Uuid>>> {
    let account = scope.account();
    Ok(sqlx::query_scalar!(
        r#"SELECT a.public_id AS "application?" FROM app.card c
           LEFT JOIN app.application a ON a.tenant_id = c.tenant_id AND a.card_id = c.id
           WHERE c.account_id = $1 AND ($2::uuid IS NULL OR c.public_id = $2)
           ORDER BY a.status IN ('under_review', 'registered') DESC NULLS LAST, a.id DESC NULLS LAST
           LIMIT 1"#,
        account,
        card,
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Forms a withdrawal; returns its number, which the printed PDF is kept by.
///
/// # Errors
/// [`Error::Constraint`] `withdrawal_open` if one is open.
pub async fn form(
    tx: &mut Tx<acts::FormWithdrawal>,
    permit: &Permit<acts::FormWithdrawal, Application>,
    reason: &str,
) -> Result<i64> {
    let actor = tx.actor()?.clone();
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.withdrawal (tenant_id, public_id, application_id, reason, by_role, by_account)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        permit.tenant.0,
        Uuid::now_v7(),
        permit.id,
        reason,
        actor.role.code(),
        actor.account.0,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Submits the formed withdrawal with its signed scan, which the worker reads back.
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn submit(
    tx: &mut Tx<acts::SubmitWithdrawal>,
    permit: &Permit<acts::SubmitWithdrawal, Application>,
    scan: &NewFile<'_>,
) -> Result<()> {
    let open = permit.withdrawal.as_ref().ok_or(Error::Stale)?;
    let file = files::add(tx, permit, scan).await?;
    let rows = sqlx::query!(
        "UPDATE app.withdrawal SET state = 'under_review', file_id = $4, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        open.id,
        open.version,
        file,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)?;
    scan_checks::ask(tx, permit, file, Document::Withdrawal, &[0]).await
}

/// Cancels the open withdrawal, or takes it back.
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn cancel(
    tx: &mut Tx<acts::CancelWithdrawal>,
    permit: &Permit<acts::CancelWithdrawal, Application>,
) -> Result<()> {
    close(tx, permit, State::Cancelled, "").await
}

/// Declines the withdrawal under review, with the reason.
///
/// # Errors
/// [`Error::Stale`] if it changed meanwhile.
pub async fn decline(
    tx: &mut Tx<acts::DeclineWithdrawal>,
    permit: &Permit<acts::DeclineWithdrawal, Application>,
    answer: &str,
) -> Result<()> {
    close(tx, permit, State::Declined, answer).await
}

/// Accepts the withdrawal under review: the application is withdrawn and leaves the schedule.
/// Returns the accounts of the experts whose assignments this closed.
///
/// # Errors
/// [`Error::Stale`] if either changed meanwhile.
pub async fn accept(
    tx: &mut Tx<acts::AcceptWithdrawal>,
    permit: &Permit<acts::AcceptWithdrawal, Application>,
) -> Result<Vec<i64>> {
    // The schedule first: once the application is withdrawn nobody owns its row any more.
    let experts = sqlx::query_scalar!(
        "UPDATE app.assignment SET closed_at = app.ctx_now()
         WHERE tenant_id = $1 AND application_id = $2 AND closed_at IS NULL RETURNING expert_account_id",
        permit.tenant.0,
        permit.id,
    )
    .fetch_all(tx.connection())
    .await?;
    let rows = sqlx::query!(
        "UPDATE app.schedule_row SET mark = 'none', period_id = NULL, gap_since = NULL, version = version + 1
         WHERE tenant_id = $1 AND application_id = $2",
        permit.tenant.0,
        permit.id,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if permit.row.version > 0 {
        // Row-level security hides an approved row from the coordinator's update.
        touched(rows)?;
    }
    close(tx, permit, State::Accepted, "").await?;
    set_status(tx, permit, Status::Withdrawn, "").await?;
    Ok(experts)
}

async fn close<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    state: State,
    answer: &str,
) -> Result<()> {
    let open = permit.withdrawal.as_ref().ok_or(Error::Stale)?;
    let rows = sqlx::query!(
        "UPDATE app.withdrawal SET state = $4, answer = $5, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
        permit.tenant.0,
        open.id,
        open.version,
        state.code(),
        answer,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

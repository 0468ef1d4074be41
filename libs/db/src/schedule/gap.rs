//! Requests of municipalities to the Centre for an expert (R-SCH-2). The database opens and
//! closes one with the gap of its row; here are the words people add: the coordinator's comment
//! and the Centre's answer.

use chrono::{DateTime, Utc};
use domain::act::acts;

use super::Assigning;
use crate::{
    applications::{Application, known},
    error::{Result, touched},
    scope::{Permit, Scope, Tx},
};

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The Centre has not answered.
    Open,
    /// Both places are taken.
    Filled,
    /// The Centre has nobody; its answer says so.
    Declined,
    /// The place is not wanted any more.
    Withdrawn,
}

impl State {
    fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "open" => Self::Open,
            "filled" => Self::Filled,
            "declined" => Self::Declined,
            "withdrawn" => Self::Withdrawn,
            _ => return None,
        })
    }
}

/// A request for an expert.
#[derive(Clone, Debug)]
pub struct Request {
    id: i64,
    /// When it was made.
    pub asked_at: DateTime<Utc>,
    /// The coordinator's words; may be empty.
    pub comment: String,
    /// How far it is.
    pub state: State,
    /// The Centre's words where it declined.
    pub answer: String,
    /// When it was closed.
    pub answered_at: Option<DateTime<Utc>>,
    /// Who closed it, by name; empty for the system itself.
    pub answered_name: String,
    /// The version of the row.
    pub version: i32,
}

impl Request {
    /// Whether the Centre has not answered yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }
}

/// The requests of an application, oldest first.
///
/// # Errors
/// If the database does not answer or holds a state that is not known.
pub async fn requests(scope: &mut Scope, application: &Application) -> Result<Vec<Request>> {
    let rows = sqlx::query!(
        "SELECT id, asked_at, comment, state, answer, answered_at, answered_name, version
         FROM app.gap_request WHERE tenant_id = $1 AND application_id = $2 ORDER BY id",
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Request {
                id: row.id,
                asked_at: row.asked_at,
                comment: row.comment,
                state: known(State::from_code(&row.state), "gap_request.state")?,
                answer: row.answer,
                answered_at: row.answered_at,
                answered_name: row.answered_name,
                version: row.version,
            })
        })
        .collect()
}

/// Writes the coordinator's words to an open request.
///
/// # Errors
/// [`crate::Error::Stale`] if it was answered meanwhile.
pub async fn note<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    request: &Request,
    comment: &str,
) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.gap_request SET comment = $4, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND application_id = $3 AND state = 'open'",
        permit.tenant.0,
        request.id,
        permit.id,
        comment,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Asks once more after the Centre declined, with words.
///
/// # Errors
/// [`crate::Error::Constraint`] if there is an open request.
pub async fn ask_again<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    comment: &str,
) -> Result<()> {
    let account = tx.account();
    sqlx::query!(
        "INSERT INTO app.gap_request (tenant_id, application_id, asked_by, comment) VALUES ($1, $2, $3, $4)",
        permit.tenant.0,
        permit.id,
        account,
        comment,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The Centre declines an open request, with words.
///
/// # Errors
/// [`crate::Error::Stale`] if it changed meanwhile.
pub async fn decline(
    tx: &mut Tx<acts::AssignAny>,
    permit: &Permit<acts::AssignAny, Application>,
    request: &Request,
    answer: &str,
) -> Result<()> {
    let account = tx.account();
    let rows = sqlx::query!(
        "UPDATE app.gap_request SET state = 'declined', answer = $5, answered_at = app.ctx_now(), answered_by = $6,
           answered_name = app.acting_name(), version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND application_id = $3 AND version = $4 AND state = 'open'",
        permit.tenant.0,
        request.id,
        permit.id,
        request.version,
        answer,
        account,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

//! The history of a case and the audit, written in the transaction of the change (R-AUD-1).

use std::borrow::Borrow;

use chrono::{DateTime, Utc};
use domain::act::{Act, Doing};

use crate::{
    applications::Application,
    error::Result,
    scope::{AuthTx, Permit, Scope, Tx},
};

/// A line of a case's history.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// The role of whoever acted; «worker» for the system itself.
    pub role: String,
    /// Whoever acted, by name.
    pub actor_name: String,
    /// What happened, in words.
    pub words: String,
}

/// The history of an application, oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn history(scope: &mut Scope, application: &Application) -> Result<Vec<Event>> {
    Ok(sqlx::query_as!(
        Event,
        "SELECT at, role, actor_name, words FROM app.application_event
         WHERE tenant_id = $1 AND application_id = $2 ORDER BY id",
        application.tenant.0,
        application.id,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The last line of an application's history about one of `acts`: who was quicker, and when.
///
/// # Errors
/// If the database does not answer.
pub async fn last_of(
    scope: &mut Scope,
    application: &Application,
    acts: &[Act],
) -> Result<Option<Event>> {
    let codes: Vec<String> = acts.iter().map(|act| act.code().to_owned()).collect();
    Ok(sqlx::query_as!(
        Event,
        "SELECT at, role, actor_name, words FROM app.application_event
         WHERE tenant_id = $1 AND application_id = $2 AND act = ANY ($3) ORDER BY id DESC LIMIT 1",
        application.tenant.0,
        application.id,
        &codes,
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Records what was done to an application: a line of its history, in words, and the audit,
/// in codes. `R` is the application, or a row that stands with it.
///
/// # Errors
/// If the database does not answer.
pub async fn record<A: Doing, R: Borrow<Application>>(
    tx: &mut Tx<A>,
    permit: &Permit<A, R>,
    words: &str,
) -> Result<()> {
    let actor = tx.actor()?.clone();
    let application: &Application = (**permit).borrow();
    let (tenant, id) = (application.tenant, application.id);
    sqlx::query!(
        "INSERT INTO app.application_event (tenant_id, application_id, account_id, role, actor_name, act, words)
         VALUES ($1, $2, $3, $4, app.acting_name(), $5, $6)",
        tenant.0,
        id,
        actor.account.0,
        actor.role.code(),
        A::ACT.code(),
        words,
    )
    .execute(tx.connection())
    .await?;
    audit(tx, Some(id)).await
}

/// Records in the audit that the act of this scope was done to the object `id`.
///
/// # Errors
/// If the database does not answer.
pub async fn audit<A: Doing>(tx: &mut Tx<A>, id: Option<i64>) -> Result<()> {
    let actor = tx.actor()?.clone();
    let tenant = tx.tenant().map(|tenant| tenant.0);
    sqlx::query!(
        "INSERT INTO app.audit_event (tenant_id, account_id, membership_id, role, act, object_id, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        actor.account.0,
        actor.membership,
        actor.role.code(),
        A::ACT.code(),
        id,
        actor.request,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Records an act on an account itself: sign-in, registration, a password set. `act` is a
/// code such as `account.sign_in`.
///
/// # Errors
/// If the database does not answer.
pub async fn audit_account(
    tx: &mut AuthTx,
    account: Option<i64>,
    act: &str,
    outcome: Outcome,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.audit_event (account_id, role, act, object_id, outcome) VALUES ($1, 'auth', $2, $1, $3)",
        account,
        act,
        outcome.code(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Records that another policy was put in force by this process, or refused. No person did it:
/// the file was changed by whoever runs the installation. `scope` is the auth role's or the
/// worker's, whichever login the process has; both may add to the audit and read none of it.
///
/// # Errors
/// If the database does not answer.
pub async fn audit_policy(scope: &mut Scope, outcome: Outcome) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.audit_event (act, outcome) VALUES ('policy.reload', $1)",
        outcome.code(),
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Whether what was tried was done.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// It was.
    Done,
    /// It was refused.
    Refused,
}

impl Outcome {
    const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

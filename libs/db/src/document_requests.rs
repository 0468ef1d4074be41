//! Documents asked for: what, and until when they may be added (R-APP-3). Several requests follow
//! one another; adding is open until the latest of their days.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{act::acts, value::Line};

use crate::{
    applications::Application,
    error::Result,
    scope::{Permit, Scope, Tx},
};

/// A request for documents.
#[derive(Clone, Debug)]
pub struct DocumentRequest {
    /// What is asked for.
    pub what: String,
    /// The last day of adding.
    pub until: NaiveDate,
    /// The role of whoever asked.
    pub by_role: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The requests of an application that are open on the day `today`, the earliest day first.
///
/// # Errors
/// If the database does not answer.
pub async fn open(
    scope: &mut Scope,
    application: &Application,
    today: NaiveDate,
) -> Result<Vec<DocumentRequest>> {
    Ok(sqlx::query_as!(
        DocumentRequest,
        "SELECT what, until, by_role, at FROM app.document_request
         WHERE tenant_id = $1 AND application_id = $2 AND until >= $3 ORDER BY until, id",
        application.tenant.0,
        application.id,
        today,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Asks for documents. No state of the application changes.
///
/// # Errors
/// If the database does not answer.
pub async fn add(
    tx: &mut Tx<acts::RequestDocuments>,
    permit: &Permit<acts::RequestDocuments, Application>,
    what: &Line,
    until: NaiveDate,
) -> Result<()> {
    let actor = tx.actor()?.clone();
    sqlx::query!(
        "INSERT INTO app.document_request (tenant_id, application_id, what, until, by_account, by_role)
         VALUES ($1, $2, $3, $4, $5, $6)",
        permit.tenant.0,
        permit.id,
        what.as_str(),
        until,
        actor.account.0,
        actor.role.code(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

//! Renditions: the PDFs the worker prints, of an edition of an application or of a withdrawal.

use domain::actor::TenantId;
use uuid::Uuid;

use crate::{
    applications::Application,
    error::Result,
    scope::{Scope, WorkerTx},
};

/// What a rendition is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenditionOf {
    /// This edition of the application (R-APP-1).
    Edition(i32),
    /// The withdrawal with this number.
    Withdrawal(i64),
}

impl RenditionOf {
    const fn kind(self) -> &'static str {
        match self {
            Self::Edition(_) => "application",
            Self::Withdrawal(_) => "withdrawal",
        }
    }

    fn id(self) -> i64 {
        match self {
            Self::Edition(edition) => i64::from(edition),
            Self::Withdrawal(id) => id,
        }
    }
}

/// The file of a rendition, by public id; `None` while the worker is at it.
///
/// # Errors
/// If the database does not answer.
pub async fn find(
    scope: &mut Scope,
    application: &Application,
    of: RenditionOf,
) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT f.public_id FROM app.rendition r
         JOIN app.file f ON f.tenant_id = r.tenant_id AND f.id = r.file_id
         WHERE r.tenant_id = $1 AND r.application_id = $2 AND r.kind = $3 AND r.of_id = $4",
        application.tenant.0,
        application.id,
        of.kind(),
        of.id(),
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Records a printed file; a job done twice leaves the first.
///
/// # Errors
/// If the database does not answer.
pub async fn add(
    tx: &mut WorkerTx,
    tenant: TenantId,
    application: i64,
    of: RenditionOf,
    file: i64,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.rendition (tenant_id, application_id, kind, of_id, file_id) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, application_id, kind, of_id) DO NOTHING",
        tenant.0,
        application,
        of.kind(),
        of.id(),
        file,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

//! Where a person may say it works: what the lists of the profile offer. No personal data.

use domain::actor::TenantId;
use uuid::Uuid;

use crate::{error::Result, scope::Scope};

/// An organisation to choose.
#[derive(Clone, Debug)]
pub struct Place {
    /// The number inside.
    pub id: i64,
    /// The id in forms.
    pub public_id: Uuid,
    /// The name.
    pub name: String,
    /// The type, by code.
    pub kind: String,
}

/// The organisations of a municipality, of one type or of all, by name.
///
/// # Errors
/// If the database does not answer.
pub async fn organisations(
    scope: &mut Scope,
    tenant: TenantId,
    kind: Option<&str>,
) -> Result<Vec<Place>> {
    Ok(sqlx::query_as!(
        Place,
        "SELECT id, public_id, name, type AS kind FROM app.organisation
         WHERE tenant_id = $1 AND ended_at IS NULL AND ($2::text IS NULL OR type = $2) ORDER BY name",
        tenant.0,
        kind,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One organisation of a municipality, whatever its type.
///
/// # Errors
/// If the database does not answer.
pub async fn organisation(
    scope: &mut Scope,
    tenant: TenantId,
    public_id: Uuid,
) -> Result<Option<Place>> {
    Ok(sqlx::query_as!(
        Place,
        "SELECT id, public_id, name, type AS kind FROM app.organisation
         WHERE tenant_id = $1 AND public_id = $2 AND ended_at IS NULL",
        tenant.0,
        public_id,
    )
    .fetch_optional(scope.connection())
    .await?)
}

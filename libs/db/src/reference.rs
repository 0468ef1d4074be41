//! Reference data and the region's settings: read by everyone, written by the administrator.

pub mod sync;

use crate::{error::Result, scope::Scope};

/// A row of a list a person chooses from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The code kept in forms and rows.
    pub code: String,
    /// The words shown.
    pub name: String,
}

/// The posts; only those a person can be attested in if `attestable`.
///
/// # Errors
/// If the database does not answer.
pub async fn positions(scope: &mut Scope, attestable: bool) -> Result<Vec<Item>> {
    Ok(sqlx::query_as!(
        Item,
        "SELECT code, name FROM app.ref_position
         WHERE retired_at IS NULL AND (attestable OR NOT $1) ORDER BY ordinal",
        attestable
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A setting of the region; empty if it was never set.
///
/// # Errors
/// If the database does not answer.
pub async fn setting(scope: &mut Scope, key: &str) -> Result<String> {
    Ok(
        sqlx::query_scalar!("SELECT value FROM app.region_setting WHERE key = $1", key)
            .fetch_optional(scope.connection())
            .await?
            .unwrap_or_default(),
    )
}

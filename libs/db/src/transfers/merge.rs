//! The merge of two municipalities: done by the migrator, who alone may call the function.

use sqlx::{Connection as _, PgConnection};

use crate::error::Result;

/// What refuses municipalities that cannot be merged.
pub const THESE: &str = "merge_of_these";

/// Which municipalities are merged, by slug, and how.
#[derive(Clone, Debug)]
pub struct Merging {
    /// The one that ceases.
    pub from: String,
    /// The one that takes all.
    pub into: String,
    /// Whether organisations of one name become one.
    pub same_names: bool,
}

/// Merges, or tells the names of the organisations both have and does nothing. One statement,
/// one transaction.
///
/// # Errors
/// The constraint [`THESE`]: unknown, the same, removed or merged before.
pub async fn merge(migrator_url: &str, merging: &Merging) -> Result<Option<String>> {
    let mut connection = PgConnection::connect(migrator_url).await?;
    let alike = sqlx::query_scalar!(
        "SELECT app.merge_municipality($1, $2, $3)",
        merging.from,
        merging.into,
        merging.same_names,
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(alike)
}

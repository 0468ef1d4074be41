//! A municipality that was removed (SEC-106), for the act of its destroyed data.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    exports::Counts,
    scope::WorkerTx,
};

/// What was removed.
#[derive(Clone, Debug)]
pub struct Removed {
    /// The tenant's number it had.
    pub municipality: i32,
    /// The name it had.
    pub name: String,
    /// The number of the export it was removed by.
    pub export: Uuid,
    /// When.
    pub removed_at: DateTime<Utc>,
    /// How much there was, as its export counted it.
    pub counts: Counts,
}

/// The removal of the municipality with this public id.
///
/// # Errors
/// If the database does not answer or holds what this version does not know.
pub async fn find(tx: &mut WorkerTx, municipality: Uuid) -> Result<Option<Removed>> {
    let row = sqlx::query!(
        "SELECT r.municipality_id, r.name, r.export_id, r.removed_at, r.counts FROM app.removal r
         JOIN app.municipality m ON m.id = r.municipality_id WHERE m.public_id = $1",
        municipality
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Removed {
            municipality: row.municipality_id,
            name: row.name,
            export: row.export_id,
            removed_at: row.removed_at,
            counts: serde_json::from_value(row.counts).map_err(|_| Error::Corrupt {
                column: "removal.counts",
            })?,
        })
    })
    .transpose()
}

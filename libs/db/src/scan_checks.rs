//! Scans of coded papers that are to be read back by the worker (R-APP-2, R-WD-1, R-CON-1): asked
//! for in the transaction that names the file. What was found stands beside the file.

use domain::{act::Doing, paper::Document};

use crate::{
    applications::Application,
    error::Result,
    jobs::{self, JobKind},
    scope::{Permit, Tx},
};

/// Has the scan `file` of a `document` of the application read; `due` are the numbers of those in
/// [`Document::signers`] who are to have signed it. A paper that was never printed here has no codes
/// to be read by: of such a one nothing is asked.
///
/// # Errors
/// If the database does not answer.
pub async fn ask<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    file: i64,
    document: Document,
    due: &[u8],
) -> Result<()> {
    let due: Vec<i16> = due.iter().copied().map(i16::from).collect();
    let asked = sqlx::query!(
        "INSERT INTO app.scan_check (tenant_id, application_id, file_id, document, due)
         SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT 1 FROM app.rendition r
           WHERE r.tenant_id = $1 AND r.application_id = $2 AND r.kind = $4)",
        permit.tenant.0,
        permit.id,
        file,
        document.code(),
        &due,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if asked == 0 {
        return Ok(());
    }
    jobs::queue(tx, permit, JobKind::CaseScan, file).await
}

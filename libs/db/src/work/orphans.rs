//! Objects whose rows were erased (R-DEL-1): the worker deletes them from the store and strikes them off.

use crate::{error::Result, scope::WorkerTx};

/// An object nobody should find any more; a key that ends with «/» is all that lies under it.
#[derive(Clone, Debug)]
pub struct Orphan {
    /// The number of its row.
    pub id: i64,
    /// The key.
    pub key: String,
    /// Whether some row names it again: a carried-over application does.
    pub named: bool,
}

/// Some that are due.
///
/// # Errors
/// If the database does not answer.
pub async fn due(tx: &mut WorkerTx) -> Result<Vec<Orphan>> {
    Ok(sqlx::query_as!(
        Orphan,
        r#"WITH due AS (SELECT id, key FROM app.orphan WHERE due_at <= app.ctx_now() ORDER BY due_at, id LIMIT 100)
           SELECT id AS "id!", key AS "key!",
             key IN (SELECT app.named_keys(ARRAY(SELECT key FROM due))) AS "named!" FROM due"#
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Strikes one off.
///
/// # Errors
/// If the database does not answer.
pub async fn gone(tx: &mut WorkerTx, orphan: &Orphan) -> Result<()> {
    sqlx::query!("DELETE FROM app.orphan WHERE id = $1", orphan.id)
        .execute(tx.connection())
        .await?;
    Ok(())
}

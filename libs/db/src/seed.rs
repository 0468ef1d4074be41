//! What the demonstration asks before it begins. Not compiled into a release.

use crate::{error::Result, scope::WorkerTx};

/// Which accounts are there already.
#[derive(Clone, Copy, Debug)]
pub struct There {
    /// Some whose address is not of the demonstration's domain.
    pub others: bool,
    /// Some whose is.
    pub ours: bool,
    /// The one made last.
    pub last: bool,
}

/// Which accounts are there: those of a `domain` are the demonstration's, the one with the
/// login `last` is its last.
///
/// # Errors
/// If the database does not answer.
pub async fn there(tx: &mut WorkerTx, domain: &str, last: &str) -> Result<There> {
    Ok(sqlx::query_as!(
        There,
        r#"SELECT coalesce(bool_or(NOT demo), false) AS "others!", coalesce(bool_or(demo), false) AS "ours!",
             coalesce(bool_or(demo AND login = $2), false) AS "last!"
           FROM (SELECT login, coalesce(email, '') LIKE '%@' || $1 AS demo FROM app.account) a"#,
        domain,
        last,
    )
    .fetch_one(tx.connection())
    .await?)
}

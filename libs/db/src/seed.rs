//! What `ctl seed` may look at beyond its people's cabinets: whether the database is empty,
//! and an invitation's link, which a person would read in the letter. Never in a release.

use uuid::Uuid;

use crate::{error::Result, scope::WorkerTx};

/// Whether anybody has an account.
///
/// # Errors
/// If the database does not answer.
pub async fn is_inhabited(tx: &mut WorkerTx) -> Result<bool> {
    Ok(
        sqlx::query_scalar!(r#"SELECT EXISTS (SELECT 1 FROM app.account) AS "any!""#)
            .fetch_one(tx.connection())
            .await?,
    )
}

/// What the link of the open invitation of this address is derived from.
///
/// # Errors
/// If the database does not answer or there is none.
pub async fn invitation(tx: &mut WorkerTx, email: &str) -> Result<(Uuid, Uuid)> {
    let row = sqlx::query!(
        "SELECT public_id, nonce FROM app.invitation
         WHERE tenant_id = app.ctx_tenant() AND email = $1 AND state = 'sent'",
        email
    )
    .fetch_one(tx.connection())
    .await?;
    Ok((row.public_id, row.nonce))
}

//! The second factor of the account the scope is about: its sealed secret, which codes were taken
//! and which recovery codes are left. What a code is and how a secret is sealed stands above.

use crate::{error::Result, scope::AuthTx};

/// A second factor.
pub struct Kept {
    /// The sealed secret.
    pub sealed: Vec<u8>,
    /// Whether a first code of it was typed: it is on from then.
    pub confirmed: bool,
    /// The hashes of the recovery codes that are left.
    pub recovery: Vec<Vec<u8>>,
}

/// The second factor, on or only begun.
///
/// # Errors
/// If the database does not answer.
pub async fn own(tx: &mut AuthTx) -> Result<Option<Kept>> {
    Ok(sqlx::query_as!(
        Kept,
        r#"SELECT sealed, confirmed_at IS NOT NULL AS "confirmed!", recovery FROM app.second_factor
           WHERE account_id = (SELECT app.ctx_account())"#
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Begins one with this secret, in the place of one that is not on; `false` if one is.
///
/// # Errors
/// If the database does not answer.
pub async fn begin(tx: &mut AuthTx, sealed: &[u8]) -> Result<bool> {
    let rows = sqlx::query!(
        "INSERT INTO app.second_factor AS f (account_id, sealed) VALUES (app.ctx_account(), $1)
         ON CONFLICT (account_id) DO UPDATE SET sealed = EXCLUDED.sealed WHERE f.confirmed_at IS NULL",
        sealed
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(rows > 0)
}

/// Turns it on by the code of this step, with these recovery codes.
///
/// # Errors
/// [`crate::Error::Stale`] if it was turned on or off meanwhile.
pub async fn confirm(tx: &mut AuthTx, step: i64, recovery: &[Vec<u8>]) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.second_factor SET confirmed_at = app.ctx_now(), last_step = $1, recovery = $2
         WHERE account_id = (SELECT app.ctx_account()) AND confirmed_at IS NULL",
        step,
        recovery,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    crate::error::touched(rows)
}

/// Takes the code of a step: `false` if it, or a later one, was taken before.
///
/// # Errors
/// If the database does not answer.
pub async fn take_step(tx: &mut AuthTx, step: i64) -> Result<bool> {
    let rows = sqlx::query!(
        "UPDATE app.second_factor SET last_step = $1
         WHERE account_id = (SELECT app.ctx_account()) AND confirmed_at IS NOT NULL AND last_step < $1",
        step
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(rows > 0)
}

/// Takes the recovery code of this hash: `false` if there is none such, or no more.
///
/// # Errors
/// If the database does not answer.
pub async fn take_recovery(tx: &mut AuthTx, hash: &[u8]) -> Result<bool> {
    let rows = sqlx::query!(
        "UPDATE app.second_factor SET recovery = array_remove(recovery, $1)
         WHERE account_id = (SELECT app.ctx_account()) AND confirmed_at IS NOT NULL AND $1 = ANY (recovery)",
        hash
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(rows > 0)
}

/// Removes it; `false` if there was none that was on.
///
/// # Errors
/// If the database does not answer.
pub async fn drop(tx: &mut AuthTx) -> Result<bool> {
    let was_on = sqlx::query_scalar!(
        r#"DELETE FROM app.second_factor WHERE account_id = (SELECT app.ctx_account())
           RETURNING confirmed_at IS NOT NULL AS "on!""#
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(was_on == Some(true))
}

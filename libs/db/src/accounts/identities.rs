//! Identities of accounts at providers, by the account the scope is about or by the proof it has
//! been told (the hash of issuer and subject, as a token): row-level security shows nothing else.

use chrono::{DateTime, Utc};
use domain::actor::AccountId;
use uuid::Uuid;

use crate::{error::Result, scope::AuthTx};

/// The constraint that keeps one identity one account's.
pub const TAKEN: &str = "identity_sha256_key";

/// An identity, as its account lists it.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The id in forms.
    pub public_id: Uuid,
    /// The provider.
    pub issuer: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// The account of the identity whose proof the scope has been told.
///
/// # Errors
/// If the database does not answer.
pub async fn owner(tx: &mut AuthTx) -> Result<Option<AccountId>> {
    let account = sqlx::query_scalar!(
        "SELECT account_id FROM app.identity WHERE sha256 = (SELECT app.ctx_token())"
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(account.map(AccountId))
}

/// The identities of the account the scope is about, oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(tx: &mut AuthTx) -> Result<Vec<Linked>> {
    Ok(sqlx::query_as!(
        Linked,
        "SELECT public_id, issuer, created_at AS at FROM app.identity
         WHERE account_id = (SELECT app.ctx_account()) ORDER BY id"
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Links the identity whose proof the scope has been told to the account it is about.
///
/// # Errors
/// The constraint [`TAKEN`] if it is linked already.
pub async fn link(tx: &mut AuthTx, issuer: &str) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.identity (public_id, account_id, issuer, sha256)
         VALUES ($1, app.ctx_account(), $2, app.ctx_token())",
        Uuid::now_v7(),
        issuer,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Unlinks an identity from the account the scope is about; `false` if it is none of its.
///
/// # Errors
/// If the database does not answer.
pub async fn unlink(tx: &mut AuthTx, public_id: Uuid) -> Result<bool> {
    let rows = sqlx::query!(
        "DELETE FROM app.identity WHERE public_id = $1 AND account_id = (SELECT app.ctx_account())",
        public_id
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(rows > 0)
}

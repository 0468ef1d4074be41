//! Passkeys of accounts, by the account the scope is about or by the proof it has been told (the
//! hash of the credential's id, as a token): row-level security shows nothing else. What a key and
//! its state are is written and read above.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{error::Result, scope::AuthTx};

/// The constraint that keeps one credential one account's.
pub const TAKEN: &str = "passkey_sha256_key";

/// A passkey, as its account lists it.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// The id in forms.
    pub public_id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// The credential's id.
    pub credential: Vec<u8>,
    /// How its authenticator is reached.
    pub transports: i16,
    /// Since when.
    pub at: DateTime<Utc>,
    /// When somebody last signed in with it.
    pub used_at: Option<DateTime<Utc>>,
}

/// What an answer of a passkey is compared with.
pub struct Kept {
    /// Whose it is.
    pub account: i64,
    /// The public key.
    pub key: Vec<u8>,
    /// What its authenticator counted last.
    pub state: Vec<u8>,
}

/// A passkey to be kept.
pub struct New<'a> {
    /// What its owner calls it.
    pub name: &'a str,
    /// The credential's id.
    pub credential: &'a [u8],
    /// How its authenticator is reached.
    pub transports: i16,
    /// The public key.
    pub key: &'a [u8],
    /// What its authenticator counted.
    pub state: &'a [u8],
}

/// The passkey whose proof the scope has been told.
///
/// # Errors
/// If the database does not answer.
pub async fn find(tx: &mut AuthTx) -> Result<Option<Kept>> {
    Ok(sqlx::query_as!(
        Kept,
        "SELECT account_id AS account, key, state FROM app.passkey
         WHERE sha256 = (SELECT app.ctx_token())"
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// The passkeys of the account the scope is about, oldest first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(tx: &mut AuthTx) -> Result<Vec<Passkey>> {
    Ok(sqlx::query_as!(
        Passkey,
        "SELECT public_id, name, credential, transports, created_at AS at, used_at FROM app.passkey
         WHERE account_id = (SELECT app.ctx_account()) ORDER BY id"
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Keeps a passkey of the account the scope is about; the scope has been told its proof.
///
/// # Errors
/// The constraint [`TAKEN`] if it is kept already.
pub async fn add(tx: &mut AuthTx, new: &New<'_>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.passkey (public_id, account_id, name, credential, sha256, transports, key, state)
         VALUES ($1, app.ctx_account(), $2, $3, app.ctx_token(), $4, $5, $6)",
        Uuid::now_v7(),
        new.name,
        new.credential,
        new.transports,
        new.key,
        new.state,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Notes a use of the passkey whose proof the scope has been told, of the account it is about:
/// `false` if its state is no longer the one the use was judged by.
///
/// # Errors
/// If the database does not answer.
pub async fn used(tx: &mut AuthTx, before: &[u8], state: &[u8]) -> Result<bool> {
    let rows = sqlx::query!(
        "UPDATE app.passkey SET state = $2, used_at = app.ctx_now()
         WHERE sha256 = (SELECT app.ctx_token()) AND account_id = (SELECT app.ctx_account()) AND state = $1",
        before,
        state,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(rows > 0)
}

/// Removes all passkeys of the account the scope is about.
///
/// # Errors
/// If the database does not answer.
pub async fn remove_all(tx: &mut AuthTx) -> Result<()> {
    sqlx::query!("DELETE FROM app.passkey WHERE account_id = (SELECT app.ctx_account())")
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Removes a passkey of the account the scope is about; `false` if it is none of its.
///
/// # Errors
/// If the database does not answer.
pub async fn remove(tx: &mut AuthTx, public_id: Uuid) -> Result<bool> {
    let rows = sqlx::query!(
        "DELETE FROM app.passkey WHERE public_id = $1 AND account_id = (SELECT app.ctx_account())",
        public_id
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(rows > 0)
}

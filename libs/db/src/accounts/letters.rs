//! Letters about an account itself: the part of the outbox that no municipality knows.

use chrono::{DateTime, Utc};
use domain::letter::LetterKind;
use uuid::Uuid;

use crate::{error::Result, scope::AuthTx};

/// Queues a letter to the account the scope is about. With a link it goes to the address the
/// link is for: the new one, where it changes one.
///
/// # Errors
/// If the database does not answer.
pub async fn queue(tx: &mut AuthTx, kind: LetterKind, token: Option<i64>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.account_letter (public_id, account_id, kind, token_id)
         VALUES ($1, app.ctx_account(), $2, $3)",
        Uuid::now_v7(),
        kind.code(),
        token,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Queues the letter that somebody has come into the account the scope is about from a device it
/// was not known on, which these words tell.
///
/// # Errors
/// If the database does not answer.
pub async fn queue_new_device(tx: &mut AuthTx, device: &str) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.account_letter (public_id, account_id, kind, device)
         VALUES ($1, app.ctx_account(), $2, $3)",
        Uuid::now_v7(),
        LetterKind::NewDevice.code(),
        device,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A letter as its addressee lists it: what it told and when, never its link (R-LET-1).
#[derive(Clone, Debug)]
pub struct Listed {
    /// The kind's code.
    pub kind: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// «queued», «sent» or «failed».
    pub state: String,
}

/// The latest letters to the account the scope is about, newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(tx: &mut AuthTx) -> Result<Vec<Listed>> {
    Ok(sqlx::query_as!(
        Listed,
        "SELECT kind, created_at AS at, state FROM app.account_letter
         WHERE account_id = (SELECT app.ctx_account()) ORDER BY id DESC LIMIT 50"
    )
    .fetch_all(tx.connection())
    .await?)
}

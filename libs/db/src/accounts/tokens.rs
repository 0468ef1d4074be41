//! One-time links of an account: the hash of the token and what it is for.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{error::Result, scope::AuthTx};

/// What a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Lets set a password.
    Password,
    /// Confirms an address.
    Email,
}

impl TokenKind {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Email => "email",
        }
    }
}

/// A link to be sent.
pub struct NewToken<'a> {
    /// The id the token is derived from.
    pub public_id: Uuid,
    /// What it does.
    pub kind: TokenKind,
    /// The hash of the token.
    pub sha256: &'a [u8; 32],
    /// The address that takes effect when it is opened, if it changes one.
    pub new_email: Option<&'a str>,
    /// When it dies.
    pub expires_at: DateTime<Utc>,
}

/// Adds a link to the account the scope is about, after the death of its older ones of this
/// kind (SEC-45). Returns its number, for the letter.
///
/// # Errors
/// If the database does not answer.
pub async fn issue(tx: &mut AuthTx, token: NewToken<'_>) -> Result<i64> {
    sqlx::query!(
        "UPDATE app.account_token SET used_at = app.ctx_now()
         WHERE account_id = (SELECT app.ctx_account()) AND kind = $1 AND used_at IS NULL",
        token.kind.code()
    )
    .execute(tx.connection())
    .await?;
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.account_token (public_id, account_id, kind, sha256, new_email, expires_at)
         VALUES ($1, app.ctx_account(), $2, $3, $4, $5) RETURNING id",
        token.public_id,
        token.kind.code(),
        token.sha256.as_slice(),
        token.new_email,
        token.expires_at,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Ends the links of the account the scope is about that somebody who was in it may have asked for:
/// another address that was typed there, another password. What others helped with stays as it is.
///
/// # Errors
/// If the database does not answer.
pub async fn forget(tx: &mut AuthTx) -> Result<()> {
    sqlx::query!(
        "UPDATE app.account_token SET used_at = app.ctx_now()
         WHERE account_id = (SELECT app.ctx_account()) AND used_at IS NULL
           AND (kind = 'password' OR (kind = 'email' AND new_email IS NOT NULL AND NOT helped))"
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whether the address of the account the scope is about was corrected for it by somebody else within
/// the last day: whoever opened the link there may be anybody (R-ACC-5).
///
/// # Errors
/// If the database does not answer.
pub async fn corrected_lately(tx: &mut AuthTx) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM app.account_token t
             JOIN app.account a ON a.id = t.account_id AND lower(a.email) = lower(t.new_email)
             WHERE t.account_id = (SELECT app.ctx_account()) AND t.kind = 'email' AND t.helped
               AND t.used_at > app.ctx_now() - interval '24 hours') AS "lately!""#
    )
    .fetch_one(tx.connection())
    .await?)
}

/// A link in hand.
#[derive(Clone, Debug)]
pub struct Token {
    /// Whose it is.
    pub account_id: i64,
    /// The address it makes take effect.
    pub new_email: Option<String>,
}

/// The link of the token the scope is about, if it is of this kind and neither used nor
/// expired. Looking does not use it: link scanners look, too (SEC-45).
///
/// # Errors
/// If the database does not answer.
pub async fn find(tx: &mut AuthTx, kind: TokenKind) -> Result<Option<Token>> {
    Ok(sqlx::query_as!(
        Token,
        "SELECT account_id, new_email FROM app.account_token
         WHERE sha256 = (SELECT app.ctx_token()) AND kind = $1 AND used_at IS NULL AND expires_at > app.ctx_now()",
        kind.code()
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Uses the link of the token the scope is about: of parallel tries one gets it.
///
/// # Errors
/// If the database does not answer.
pub async fn spend(tx: &mut AuthTx, kind: TokenKind) -> Result<Option<Token>> {
    Ok(sqlx::query_as!(
        Token,
        "UPDATE app.account_token SET used_at = app.ctx_now()
         WHERE sha256 = (SELECT app.ctx_token()) AND kind = $1 AND used_at IS NULL AND expires_at > app.ctx_now()
           AND account_id = (SELECT app.ctx_account())
         RETURNING account_id, new_email",
        kind.code()
    )
    .fetch_optional(tx.connection())
    .await?)
}

//! Accounts: credentials and one-time links, read and written by the auth role alone. The
//! scope must be told first which account, login or token it is about ([`AuthTx::about`]):
//! row-level security shows it nothing else.

pub mod cabinets;
pub mod consents;
pub mod deletion;
pub mod erasure;
pub mod factor;
pub mod identities;
pub mod institute;
pub mod invitation;
pub mod letters;
pub mod passkeys;
pub mod tokens;

use domain::value::Login;
use uuid::Uuid;

use crate::{
    error::{Result, touched},
    scope::AuthTx,
};

/// The constraint that keeps logins unique without regard to case (R-ACC-2).
pub const LOGIN_TAKEN: &str = "account_login_norm_key";

/// An account with its credentials.
#[derive(Clone)]
pub struct Account {
    /// The number inside.
    pub id: i64,
    /// What its passkeys know it by.
    pub public_id: Uuid,
    /// The login, as its owner typed it.
    pub login: String,
    /// The hash of the password; `None` until one is set by a link.
    pub password: Option<String>,
    /// The address in use.
    pub email: Option<String>,
    /// Whether a link sent to the address was opened.
    pub email_confirmed: bool,
    /// Whether it is not blocked.
    pub active: bool,
    /// Sessions of an older epoch are over (SEC-23).
    pub epoch: i32,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({})", self.id)
    }
}

/// The account of the login the scope is about.
///
/// # Errors
/// If the database does not answer.
pub async fn by_login(tx: &mut AuthTx) -> Result<Option<Account>> {
    Ok(sqlx::query_as!(
        Account,
        r#"SELECT id, public_id, login, password_phc AS password, email, email_confirmed_at IS NOT NULL AS "email_confirmed!",
             status = 'active' AS "active!", epoch
           FROM app.account WHERE login_norm = (SELECT app.ctx_login())"#
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// The account the scope is about.
///
/// # Errors
/// If the database does not answer.
pub async fn own(tx: &mut AuthTx) -> Result<Option<Account>> {
    Ok(sqlx::query_as!(
        Account,
        r#"SELECT id, public_id, login, password_phc AS password, email, email_confirmed_at IS NOT NULL AS "email_confirmed!",
             status = 'active' AS "active!", epoch
           FROM app.account WHERE id = (SELECT app.ctx_account())"#
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Holds the account the scope is about until the transaction ends: of two that take a way of
/// sign-in from it, the second sees what the first has left.
///
/// # Errors
/// If the database does not answer.
pub async fn hold(tx: &mut AuthTx) -> Result<()> {
    sqlx::query!(
        "SELECT 1 AS held FROM app.account WHERE id = (SELECT app.ctx_account()) FOR NO KEY UPDATE"
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(())
}

/// Whether the account the scope is about may still act under sessions of `epoch` (SEC-14).
///
/// # Errors
/// If the database does not answer.
pub async fn is_open(tx: &mut AuthTx, epoch: i32) -> Result<bool> {
    Ok(own(tx)
        .await?
        .is_some_and(|account| account.active && account.epoch == epoch))
}

/// Creates an account; the scope must be about its login. Returns its number.
///
/// # Errors
/// The constraint [`LOGIN_TAKEN`] if the login is taken.
pub async fn create(tx: &mut AuthTx, login: &Login, password: Option<&str>) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.account (public_id, login, login_norm, password_phc) VALUES ($1, $2, $3, $4) RETURNING id",
        Uuid::now_v7(),
        login.as_str(),
        login.norm(),
        password,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The constraint that opens no cabinet for an account that is closed, perhaps meanwhile.
pub const CLOSED: &str = "cabinet_of_closed";

/// Sets the password of the account the scope is about; every session of it ends (SEC-23), and what
/// links were asked for under the old one (SEC-45). Returns the epoch from which new sessions are.
///
/// # Errors
/// If the database does not answer, or there is no such account.
pub async fn set_password(tx: &mut AuthTx, password: &str) -> Result<i32> {
    sqlx::query!(
        "UPDATE app.account SET password_phc = $1 WHERE id = (SELECT app.ctx_account())",
        password
    )
    .execute(tx.connection())
    .await?;
    end_sessions(tx).await
}

/// Ends every session of the account the scope is about (SEC-23), and the links that were asked for in
/// them. Returns the epoch from which new ones are.
///
/// # Errors
/// If the database does not answer, or there is no such account.
pub async fn end_sessions(tx: &mut AuthTx) -> Result<i32> {
    // The account first: what is being asked for under the old sessions waits, or is seen below.
    let epoch = sqlx::query_scalar!(
        "UPDATE app.account SET epoch = epoch + 1 WHERE id = (SELECT app.ctx_account()) RETURNING epoch"
    )
    .fetch_one(tx.connection())
    .await?;
    tokens::forget(tx).await?;
    Ok(epoch)
}

/// Keeps the same password under a stronger hash (SEC-40); sessions stay. One that was set meanwhile stays, too.
///
/// # Errors
/// If the database does not answer.
pub async fn rehash(tx: &mut AuthTx, former: &str, password: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE app.account SET password_phc = $2
         WHERE id = (SELECT app.ctx_account()) AND password_phc = $1",
        former,
        password
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Sets the address of the account the scope is about, not confirmed yet: the first one
/// counts at once (R-ACC-6).
///
/// # Errors
/// [`crate::Error::Stale`] if there is no such account.
pub async fn set_email(tx: &mut AuthTx, email: &str) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.account SET email = $1, email_confirmed_at = NULL WHERE id = (SELECT app.ctx_account())",
        email
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

/// Notes that the link sent to an address was opened; with `email` that address takes effect.
///
/// # Errors
/// [`crate::Error::Stale`] if there is no such account.
pub async fn confirm_email(tx: &mut AuthTx, email: Option<&str>) -> Result<()> {
    let rows = sqlx::query!(
        "UPDATE app.account SET email = coalesce($1, email), email_confirmed_at = app.ctx_now()
         WHERE id = (SELECT app.ctx_account())",
        email
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

//! Files on their way, brought piece by piece before a form takes them: each its account's alone. The
//! pieces lie in the store; here is how far one has come.

use uuid::Uuid;

use crate::{
    error::{Error, Result},
    scope::{OwnTx, WorkerTx},
};

/// A file on its way.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The id in addresses.
    pub public_id: Uuid,
    /// The name it is said to have.
    pub name: String,
    /// The bytes it is said to have.
    pub size: i64,
    /// Bytes that lie in the store.
    pub received: i64,
    /// Its pieces, in order.
    pub pieces: Vec<Uuid>,
    /// Whether a form has taken it.
    pub taken: bool,
}

/// Begins one, if the account has fewer than `most` on their way; whether it has.
///
/// # Errors
/// If the database does not answer.
pub async fn begin(
    tx: &mut OwnTx,
    public_id: Uuid,
    name: &str,
    size: i64,
    most: i64,
) -> Result<bool> {
    let account = tx.who().ok_or(Error::Ended)?.account.0;
    let begun = sqlx::query!(
        "INSERT INTO app.upload (public_id, account_id, name, size) SELECT $1::uuid, $2::bigint, $3::text, $4::bigint
         WHERE $5::bigint > (SELECT count(*) FROM app.upload WHERE account_id = $2 AND taken_at IS NULL AND expires_at > app.ctx_now())",
        public_id,
        account,
        name,
        size,
        most,
    )
    .execute(tx.connection())
    .await?;
    Ok(begun.rows_affected() == 1)
}

/// One of the account's; none if it has expired.
///
/// # Errors
/// If the database does not answer.
pub async fn find(tx: &mut OwnTx, public_id: Uuid) -> Result<Option<Upload>> {
    Ok(sqlx::query_as!(
        Upload,
        r#"SELECT public_id, name, size, received, pieces, taken_at IS NOT NULL AS "taken!"
           FROM app.upload WHERE public_id = $1 AND expires_at > app.ctx_now()"#,
        public_id,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Adds a piece that lies in the store, if it comes next at `at` still; how far the file has come then.
///
/// # Errors
/// If the database does not answer.
pub async fn add(
    tx: &mut OwnTx,
    public_id: Uuid,
    at: i64,
    piece: Uuid,
    size: i64,
) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar!(
        "UPDATE app.upload SET received = received + $4, pieces = pieces || $3::uuid
         WHERE public_id = $1 AND received = $2 AND taken_at IS NULL AND expires_at > app.ctx_now() RETURNING received",
        public_id,
        at,
        piece,
        size,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Takes one that has come whole for a form, once.
///
/// # Errors
/// If the database does not answer.
pub async fn take(tx: &mut OwnTx, public_id: Uuid) -> Result<Option<Upload>> {
    Ok(sqlx::query_as!(
        Upload,
        r#"UPDATE app.upload SET taken_at = app.ctx_now(), expires_at = app.ctx_now() + interval '1 hour'
           WHERE public_id = $1 AND received = size AND taken_at IS NULL AND expires_at > app.ctx_now()
           RETURNING public_id, name, size, received, pieces, true AS "taken!""#,
        public_id,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Gives one back that a form took in vain.
///
/// # Errors
/// If the database does not answer.
pub async fn give_back(tx: &mut OwnTx, public_id: Uuid) -> Result<()> {
    sqlx::query!(
        "UPDATE app.upload SET taken_at = NULL, expires_at = created_at + interval '2 days'
         WHERE public_id = $1 AND taken_at IS NOT NULL AND expires_at > app.ctx_now()",
        public_id,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends one that no form has taken: it is the worker's to clear away. The bytes that were yet to come;
/// none if there is no such one.
///
/// # Errors
/// If the database does not answer.
pub async fn cancel(tx: &mut OwnTx, public_id: Uuid) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar!(
        r#"UPDATE app.upload SET expires_at = app.ctx_now()
           WHERE public_id = $1 AND taken_at IS NULL AND expires_at > app.ctx_now() RETURNING size - received AS "rest!""#,
        public_id,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Some that have expired.
///
/// # Errors
/// If the database does not answer.
pub async fn expired(tx: &mut WorkerTx) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT public_id FROM app.upload WHERE expires_at <= app.ctx_now() ORDER BY expires_at LIMIT 100"
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Deletes one that has expired and whose pieces are gone.
///
/// # Errors
/// If the database does not answer.
pub async fn clear(tx: &mut WorkerTx, public_id: Uuid) -> Result<()> {
    sqlx::query!("DELETE FROM app.upload WHERE public_id = $1", public_id)
        .execute(tx.connection())
        .await?;
    Ok(())
}

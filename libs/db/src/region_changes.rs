//! What administrators changed of the region, in order: the version of each editor, and the proof
//! that a value is theirs and no later release's.

use chrono::{DateTime, Utc};
use domain::act::acts;
use serde_json::Value;

use crate::{
    error::Result,
    scope::{Scope, Tx},
};

/// The settings, as a list among the lists of the reference data.
pub const SETTINGS: &str = "setting";

/// What is about to be changed.
#[derive(Clone, Copy, Debug)]
pub struct Changed<'a> {
    /// [`SETTINGS`] or the code of a list.
    pub list: &'a str,
    /// The setting's key or the row's code.
    pub key: &'a str,
    /// What it was; nothing for a new row.
    pub former: Option<&'a Value>,
    /// What it is from now on.
    pub present: &'a Value,
}

/// A change, as administrators read it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The setting's key or the row's code.
    pub key: String,
    /// What it was; nothing for a new row.
    pub former: Option<Value>,
    /// What it became.
    pub present: Value,
    /// By whom, by name.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Makes editors of the region wait for each other until this transaction ends.
///
/// # Errors
/// If the database does not answer.
pub async fn hold(tx: &mut Tx<acts::ManageReference>) -> Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('region', 0))")
        .fetch_one(tx.connection())
        .await?;
    Ok(())
}

/// The version of a list, or of one key of it: the newest change's number, 0 before the first.
///
/// # Errors
/// If the database does not answer.
pub async fn version(
    tx: &mut Tx<acts::ManageReference>,
    list: &str,
    key: Option<&str>,
) -> Result<i32> {
    Ok(sqlx::query_scalar!(
        r#"SELECT coalesce(max(id), 0)::int AS "version!" FROM app.region_change
           WHERE list = $1 AND ($2::text IS NULL OR key = $2)"#,
        list,
        key,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Writes a change down; returns its number.
///
/// # Errors
/// If the database does not answer.
pub async fn note(tx: &mut Tx<acts::ManageReference>, changed: Changed<'_>) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.region_change (list, key, former, present, by_account)
         VALUES ($1, $2, $3, $4, app.ctx_account()) RETURNING id",
        changed.list,
        changed.key,
        changed.former,
        changed.present,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The last changes of a list, newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn last(scope: &mut Scope, list: &str) -> Result<Vec<Change>> {
    Ok(sqlx::query_as!(
        Change,
        r#"SELECT c.key, c.former, c.present, c.at,
             coalesce((SELECT concat_ws(' ', i.surname, i.name) FROM app.institute_member i
               WHERE i.account_id = c.by_account ORDER BY i.id DESC LIMIT 1), '') AS "by!"
           FROM app.region_change c WHERE c.list = $1 ORDER BY c.id DESC LIMIT 20"#,
        list
    )
    .fetch_all(scope.connection())
    .await?)
}

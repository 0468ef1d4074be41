//! The chain of seals over the audit and the rows it covers, in the order they are sealed in.
//! What a digest is made of and where the seals' objects lie is `app`'s; why the order is what
//! it is stands in `migrations/0008_audit.sql`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    error::Result,
    scope::{Scope, WorkerTx},
};

/// A place in the order of sealing: the transaction that wrote the row, then the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The transaction.
    pub xact: i64,
    /// The row.
    pub id: i64,
}

/// A row with everything that is sealed of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The transaction that wrote it.
    pub xact: i64,
    /// The number.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The municipality.
    pub tenant_id: Option<i32>,
    /// The account that acted.
    pub account_id: Option<i64>,
    /// The cabinet it acted in.
    pub membership_id: Option<i64>,
    /// Its role.
    pub role: String,
    /// What it did, by code.
    pub act: String,
    /// To what.
    pub object_id: Option<i64>,
    /// Whether it was done, by code.
    pub outcome: String,
    /// The request.
    pub request_id: Option<Uuid>,
}

impl Row {
    /// Its place.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place {
            xact: self.xact,
            id: self.id,
        }
    }
}

/// A seal, as the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The number, from 1 without holes.
    pub number: i64,
    /// It begins after this row.
    pub after: Place,
    /// It ends with this one.
    pub last: Place,
    /// How many rows it covers.
    pub rows: i32,
    /// The digest of their digests.
    pub digest: Vec<u8>,
    /// The MAC of the seal before.
    pub previous: Vec<u8>,
    /// Its own.
    pub mac: Vec<u8>,
}

/// Makes this the one transaction that seals; `false` if another one is at it.
///
/// # Errors
/// If the database does not answer.
pub async fn lock(tx: &mut WorkerTx) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtext('app.audit_seal')) AS "locked!""#
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The database's own clock, which no setting moves.
///
/// # Errors
/// If the database does not answer.
pub async fn clock(tx: &mut WorkerTx) -> Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "now!""#)
        .fetch_one(tx.connection())
        .await?)
}

/// At most `most` rows after `after` that no transaction to come can slip in between.
///
/// # Errors
/// If the database does not answer.
pub async fn waiting(tx: &mut WorkerTx, after: Place, most: i64) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "SELECT xact, id, at, tenant_id, account_id, membership_id, role, act, object_id, outcome, request_id
         FROM app.audit_event
         WHERE (xact, id) > ($1, $2) AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
         ORDER BY xact, id LIMIT $3",
        after.xact,
        after.id,
        most,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// The rows after `after` up to `last`, `most` at most.
///
/// # Errors
/// If the database does not answer.
pub async fn between(scope: &mut Scope, after: Place, last: Place, most: i64) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "SELECT xact, id, at, tenant_id, account_id, membership_id, role, act, object_id, outcome, request_id
         FROM app.audit_event WHERE (xact, id) > ($1, $2) AND (xact, id) <= ($3, $4)
         ORDER BY xact, id LIMIT $5",
        after.xact,
        after.id,
        last.xact,
        last.id,
        most,
    )
    .fetch_all(scope.connection())
    .await?)
}

/// How many rows lie after `after`.
///
/// # Errors
/// If the database does not answer.
pub async fn count_after(scope: &mut Scope, after: Place) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM app.audit_event WHERE (xact, id) > ($1, $2)"#,
        after.xact,
        after.id,
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The last seal.
///
/// # Errors
/// If the database does not answer.
pub async fn last(scope: &mut Scope) -> Result<Option<Seal>> {
    let number = sqlx::query_scalar!("SELECT max(number) FROM app.audit_seal")
        .fetch_one(scope.connection())
        .await?;
    match number {
        Some(number) => find(scope, number).await,
        None => Ok(None),
    }
}

/// The seal of this number.
///
/// # Errors
/// If the database does not answer.
pub async fn find(scope: &mut Scope, number: i64) -> Result<Option<Seal>> {
    let row = sqlx::query!(
        "SELECT number, after_xact, after_id, last_xact, last_id, rows, digest, previous, mac
         FROM app.audit_seal WHERE number = $1",
        number
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(row.map(|row| Seal {
        number: row.number,
        after: Place {
            xact: row.after_xact,
            id: row.after_id,
        },
        last: Place {
            xact: row.last_xact,
            id: row.last_id,
        },
        rows: row.rows,
        digest: row.digest,
        previous: row.previous,
        mac: row.mac,
    }))
}

/// Adds the next seal; `through` is when the newest of its rows was written.
///
/// # Errors
/// A constraint if there is one of this number, or another after the same one.
pub async fn add(tx: &mut WorkerTx, seal: &Seal, through: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.audit_seal (number, after_xact, after_id, last_xact, last_id, rows, through, digest, previous, mac)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        seal.number,
        seal.after.xact,
        seal.after.id,
        seal.last.xact,
        seal.last.id,
        seal.rows,
        through,
        seal.digest,
        seal.previous,
        seal.mac,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

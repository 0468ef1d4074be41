//! Erasing the own account, with all its municipalities hold of it (R-CONS-1): what hinders it, what
//! is kept of it, and the erasure, all asked of definer functions. They lock and ask once more.

use chrono::NaiveDate;
use domain::life::Status;

use crate::{applications::known, error::Result, scope::AuthTx};

/// What hinders an account from being erased now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// It has, or had, another cabinet than a teacher's.
    Staff,
    /// An application of it is under review or registered.
    Live,
    /// It has submitted an application that is final by now and kept until its term is over: the
    /// rest is erased.
    Submitted,
}

fn hindrance(code: &str) -> Option<Hindrance> {
    match code {
        "none" => None,
        "live" => Some(Hindrance::Live),
        "submitted" => Some(Hindrance::Submitted),
        _ => Some(Hindrance::Staff),
    }
}

/// What hinders the account the scope is about from being erased.
///
/// # Errors
/// If the database does not answer.
pub async fn hindered(tx: &mut AuthTx) -> Result<Option<Hindrance>> {
    let code = sqlx::query_scalar!(r#"SELECT app.hindrance() AS "code!""#)
        .fetch_one(tx.connection())
        .await?;
    Ok(hindrance(&code))
}

/// An application that is kept when its person withdraws the consent.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where.
    pub municipality: String,
    /// When it was submitted.
    pub submitted_on: NaiveDate,
    /// The number in the journal, with its day; none for what was never registered.
    pub registered: Option<(i32, NaiveDate)>,
    /// What became of it.
    pub status: Status,
    /// The day it became final.
    pub final_on: NaiveDate,
}

/// What is kept of the account the scope is about, the oldest first.
///
/// # Errors
/// If the database does not answer or holds what this version does not know.
pub async fn kept(tx: &mut AuthTx) -> Result<Vec<Kept>> {
    sqlx::query!(
        r#"SELECT municipality AS "municipality!", submitted_on AS "submitted_on!", number, registered_on,
             status AS "status!", final_on AS "final_on!" FROM app.kept_of_own()"#
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| {
        Ok(Kept {
            municipality: row.municipality,
            submitted_on: row.submitted_on,
            registered: row.number.zip(row.registered_on),
            status: known(Status::from_code(&row.status), "application.status")?,
            final_on: row.final_on,
        })
    })
    .collect()
}

/// The constraint that refuses while a cabinet is being opened by the account.
pub const JOINING: &str = "membership_account_id_fkey";

/// Whether the account the scope is about was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// It is gone, with everything.
    Gone,
    /// Everything is gone but the cases that are kept: nobody signs in by it any more.
    Withdrawn,
    /// It is there as it was, and why; nothing hinders but that it moved meanwhile.
    Hindered(Option<Hindrance>),
}

/// Erases the account the scope is about, unless something hinders; the function leaves the lines of
/// the audit and the act.
///
/// # Errors
/// The constraint [`JOINING`].
pub async fn erase(tx: &mut AuthTx) -> Result<Erased> {
    let code = sqlx::query_scalar!(r#"SELECT app.erase_own() AS "code!""#)
        .fetch_one(tx.connection())
        .await?;
    Ok(match code.as_str() {
        "erased" => Erased::Gone,
        "withdrawn" => Erased::Withdrawn,
        code => Erased::Hindered(hindrance(code)),
    })
}

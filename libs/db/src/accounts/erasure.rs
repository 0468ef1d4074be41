//! Erasing the own account, with all its municipalities hold of it (R-CONS-1): what hinders it, and the
//! erasure, both asked of definer functions. They lock and ask once more.

use crate::{error::Result, scope::AuthTx};

/// What hinders an account from being erased now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// It has, or had, another cabinet than a teacher's.
    Staff,
    /// An application of it is under review or registered.
    Live,
    /// It has submitted an application that is final by now.
    Submitted,
}

fn hindrance(code: &str) -> Option<Hindrance> {
    match code {
        "none" | "erased" => None,
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

/// The constraint that refuses while a cabinet is being opened by the account.
pub const JOINING: &str = "membership_account_id_fkey";

/// Whether the account the scope is about was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// It is gone.
    Gone,
    /// It is there, and why; nothing if it moved meanwhile.
    Hindered(Option<Hindrance>),
}

/// Erases the account the scope is about, unless something hinders; the function leaves the lines of
/// the audit.
///
/// # Errors
/// The constraint [`JOINING`].
pub async fn erase(tx: &mut AuthTx) -> Result<Erased> {
    let code = sqlx::query_scalar!(r#"SELECT app.erase_own() AS "code!""#)
        .fetch_one(tx.connection())
        .await?;
    Ok(match code.as_str() {
        "erased" => Erased::Gone,
        code => Erased::Hindered(hindrance(code)),
    })
}

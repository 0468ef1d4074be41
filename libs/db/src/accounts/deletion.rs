//! The link of «Регистрация не завершена» in hand (R-DEL-1): what it would erase and the erasure, by the
//! hash of the token the scope has been told. Both are asked of definer functions: the auth role sees
//! no municipality's rows.

use crate::{error::Result, scope::AuthTx};

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It can be used.
    Open,
    /// Its days are over.
    Expired,
    /// The person has submitted an application meanwhile.
    Submitted,
    /// It was used.
    Done,
}

impl State {
    fn from_code(code: &str) -> Self {
        match code {
            "open" => Self::Open,
            "submitted" => Self::Submitted,
            "done" => Self::Done,
            _ => Self::Expired,
        }
    }
}

/// What a link would erase.
#[derive(Clone, Debug)]
pub struct Deletion {
    /// How the link stands.
    pub state: State,
    /// The municipality's name.
    pub municipality: String,
    /// The login; empty once it is done.
    pub login: String,
    /// Cards.
    pub cards: i64,
    /// Applications that were begun.
    pub applications: i64,
    /// Documents attached to them.
    pub files: i64,
    /// Whether the account goes, too: it never had another cabinet.
    pub account_too: bool,
}

/// What the link of the token the scope is about would erase; none for one that was never sent.
///
/// # Errors
/// If the database does not answer.
pub async fn find(tx: &mut AuthTx) -> Result<Option<Deletion>> {
    let row = sqlx::query!(
        r#"SELECT state AS "state!", municipality AS "municipality!", login AS "login!", cards AS "cards!",
             applications AS "applications!", files AS "files!", account_too AS "account_too!"
           FROM app.deletion_in_hand()"#
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Deletion {
        state: State::from_code(&row.state),
        municipality: row.municipality,
        login: row.login,
        cards: row.cards,
        applications: row.applications,
        files: row.files,
        account_too: row.account_too,
    }))
}

/// What pressing the button did.
#[derive(Clone, Debug)]
pub struct Deleted {
    /// How the link stood: erased is what stood [`State::Open`].
    pub state: State,
    /// The municipality's number.
    pub municipality: i32,
    /// Whose it was; none once it is done.
    pub account: Option<i64>,
    /// The login, in lower case.
    pub login: Option<String>,
    /// Whether the account went, too.
    pub account_too: bool,
}

/// Erases what the link of the token the scope is about offers, if that may still be: the function
/// locks, asks again and leaves the lines of the audit. None for a link that was never sent.
///
/// # Errors
/// If the database does not answer.
pub async fn delete(tx: &mut AuthTx) -> Result<Option<Deleted>> {
    let row = sqlx::query!(
        r#"SELECT state AS "state!", municipality AS "municipality!", account, login, account_too AS "account_too!"
           FROM app.delete_registration()"#
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Deleted {
        state: State::from_code(&row.state),
        municipality: row.municipality,
        account: row.account,
        login: row.login,
        account_too: row.account_too,
    }))
}

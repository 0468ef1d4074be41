//! The letters of a person as it lists them (R-LET-1): what was told and when, never a link.
//! Sending them is the worker's half, in [`super`].

use chrono::{DateTime, Utc};
use db::{accounts::letters, memberships};
use domain::{letter::LetterKind, role::Role};

use crate::{
    App, Result,
    accounts::{Person, standing},
    profile::{Which, pick},
};

/// A letter, as its addressee lists it.
#[derive(Clone, Debug)]
pub struct OwnLetter {
    /// What it told.
    pub subject: &'static str,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Whether it has left for the addressee.
    pub sent: bool,
}

impl App {
    /// The person's letters, newest first: the account's and the cabinet's in use.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed.
    pub async fn letters(
        &self,
        person: Person,
        in_use: Option<(Role, i64)>,
    ) -> Result<Vec<OwnLetter>> {
        let mut auth = self.enter_account(person).await?;
        let standing = standing(&mut auth).await?;
        let mut rows = letters::list(&mut auth).await?;
        drop(auth);
        // Nothing of a case is ever told to an administrator.
        if let Some(cabinet) = pick(&standing, Which::InUse(in_use))?
            && cabinet.role != Role::Admin
        {
            let mut tx = self.db.enter_own(&person.in_cabinet(cabinet)).await?;
            rows.extend(memberships::letters(&mut tx).await?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
        Ok(rows
            .into_iter()
            .map(|row| OwnLetter {
                subject: LetterKind::from_code(&row.kind).map_or("письмо", LetterKind::subject),
                at: row.at,
                sent: row.state == "sent",
            })
            .collect())
    }
}

//! «Отзыв согласия» (R-CONS-1): who never submitted anything is erased at once, in every municipality,
//! with the account. Who has is told what stands in the way.

use db::{
    accounts::erasure::{self, Erased, JOINING},
    events::{Outcome, audit_account},
};
use domain::audit::Deed;

pub use db::accounts::erasure::Hindrance;

use crate::{App, Error, Result, accounts::Person};

impl App {
    /// What stands in the way of erasing the person now; nothing if it never submitted.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed.
    pub async fn hindrance(&self, person: Person) -> Result<Option<Hindrance>> {
        let mut tx = self.enter_account(person).await?;
        Ok(erasure::hindered(&mut tx).await?)
    }

    /// Withdraws the consent: erases the account with all its municipalities hold of it, or says what
    /// stands in the way and does nothing. What is allowed is asked again, under the locks of
    /// submitting.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed; [`Error::Stale`] if it moved meanwhile.
    pub async fn withdraw_consent(&self, person: Person) -> Result<Option<Hindrance>> {
        let mut tx = self.enter_account(person).await?;
        let account = Some(person.account.0);
        let erased =
            erasure::erase(&mut tx)
                .await
                .map_err(|error| match error.is_constraint(JOINING) {
                    true => Error::Stale,
                    false => error.into(),
                })?;
        match erased {
            Erased::Gone => {
                audit_account(&mut tx, account, Deed::WithdrawConsent, Outcome::Done).await?;
                tx.commit().await?;
                Ok(None)
            }
            Erased::Hindered(Some(why)) => Ok(Some(why)),
            Erased::Hindered(None) => Err(Error::Stale),
        }
    }
}

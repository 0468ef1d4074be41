//! Browsers a person has signed in by: each holds a mark of its own for each login, made of the
//! installation's key, so that nothing is kept of them here. A sign-in from another one is told by
//! letter (R-LET-1).

use db::{
    accounts::{self, letters},
    events::{Outcome, audit_account},
};
use domain::audit::Deed;

use super::Person;
use crate::{App, Result};

impl App {
    /// The mark by which this browser is known for this login (SEC-43).
    #[must_use]
    pub fn device_mark(&self, browser: &str, login: &str) -> String {
        self.links.device(browser, login)
    }

    /// Tells the person by letter that somebody has come in from a browser not known for it, which
    /// these words tell.
    ///
    /// # Errors
    /// [`crate::Error::SignedOut`] if the account is closed.
    pub async fn tell_new_device(&self, person: Person, device: &str) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        let account = accounts::own(&mut tx).await?;
        if account.is_some_and(|account| account.email.is_some()) {
            letters::queue_new_device(&mut tx, device).await?;
        }
        let account = Some(person.account.0);
        audit_account(&mut tx, account, Deed::ComeFromNewDevice, Outcome::Done).await?;
        Ok(tx.commit().await?)
    }
}

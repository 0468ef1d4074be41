//! Reminders of terms (R-APP-7): «Аттестация: срок истекает», one letter a day to each who is to
//! register. The coordinators get theirs in their municipality; the operators one about all of them.

use db::{
    WorkerTx,
    work::{Letter, mail, reminders},
};

use super::{help, text};
use crate::{App, Result};

impl App {
    /// Queues the reminders of today that are not queued yet.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn remind_of_terms(&self) -> Result<()> {
        let mut tx = self.db.enter_worker(None).await?;
        let places = reminders::remind(&mut tx).await?;
        tx.commit().await?;
        if places > 0 {
            tracing::info!(places, "reminders of terms are queued");
        }
        Ok(())
    }

    /// A reminder counts what has crossed a threshold by its day and is still under review; how many
    /// days are left is told as of the day it is sent.
    pub(super) async fn term_letter(
        &self,
        tx: &mut WorkerTx,
        letter: &Letter,
        account: i64,
        base_url: &str,
    ) -> Result<Option<(String, String)>> {
        let day = self.zone().date_of(letter.created_at);
        let terms = reminders::ending(tx, account, day).await?;
        if terms.is_empty() {
            return Ok(None);
        }
        let to = mail::addressee(tx, account).await?.email;
        let mut help = help(tx, account, account).await?;
        // Who reads it is the coordinator itself, or the institute's.
        help.centre_alone = true;
        let body = text::ending(&terms, self.zone().today(tx.now()), base_url);
        Ok(to.map(|to| (to, text::letter(&body, &help))))
    }
}

//! The worker's half of the quarantine (SEC-63): what waits is claimed, the worker has it looked
//! through, and what was found is kept. How one talks to an antivirus is the worker's.

use db::work::quarantine;
use futures::stream::BoxStream;

pub use db::work::quarantine::Waiting;

use crate::{App, Result};

impl App {
    /// Says whether this installation has an antivirus, as the worker knows it at its start. Without
    /// one what is brought is given out at once, and pages say that nobody looked.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn declare_virus_check(&self, checking: bool) -> Result<()> {
        let mut tx = self.db.enter_worker(None).await?;
        quarantine::declare(&mut tx, checking).await?;
        Ok(tx.commit().await?)
    }

    /// Claims what waits longest; none if nothing waits.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn claim_quarantined(&self) -> Result<Option<Waiting>> {
        let mut tx = self.db.enter_worker(None).await?;
        let waiting = quarantine::claim(&mut tx).await?;
        tx.commit().await?;
        Ok(waiting)
    }

    /// The bytes of what waits, for the antivirus and nobody else; none if the store has no such
    /// object any more.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn quarantined_bytes(
        &self,
        waiting: &Waiting,
    ) -> Result<Option<BoxStream<'static, Result<bytes::Bytes, storage::Error>>>> {
        let object = self.store.get(&waiting.s3_key).await?;
        Ok(object.map(|object| object.body))
    }

    /// Lets out what waits: nothing was found, or, unless `virus_checked`, there is nobody to look.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn quarantine_clean(&self, waiting: &Waiting, virus_checked: bool) -> Result<()> {
        let mut tx = self.db.enter_worker(waiting.tenant).await?;
        quarantine::clean(&mut tx, waiting, virus_checked).await?;
        Ok(tx.commit().await?)
    }

    /// Refuses what waits: its bytes go, whoever brought it is told.
    ///
    /// # Errors
    /// If the database does not answer. An object that the store does not let go stays there, and
    /// no row gives out its key.
    pub async fn quarantine_refused(&self, waiting: &Waiting) -> Result<()> {
        let mut tx = self.db.enter_worker(waiting.tenant).await?;
        let gone = quarantine::refuse(&mut tx, waiting).await?;
        tx.commit().await?;
        if gone && let Err(error) = self.store.delete(&waiting.s3_key).await {
            tracing::error!(%error, key = waiting.s3_key, "a refused object stays in the store");
        }
        Ok(())
    }

    /// Puts off what could not be looked through: it waits on, and nobody gets it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn quarantine_later(&self, waiting: &Waiting) -> Result<()> {
        let mut tx = self.db.enter_worker(waiting.tenant).await?;
        quarantine::later(&mut tx, waiting).await?;
        Ok(tx.commit().await?)
    }
}

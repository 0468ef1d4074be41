//! Notices that work was queued: the one thing a process hears without a scope. What is due is
//! asked for in one.

use sqlx::postgres::PgListener;

use super::Database;
use crate::error::Result;

/// Notices that work was queued. They wake and tell nothing: what is due is asked for.
pub struct Notices(PgListener);

impl Notices {
    /// Waits for a notice; a lost connection counts as one, for some may have been missed.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn next(&mut self) -> Result<()> {
        self.0.try_recv().await?;
        Ok(())
    }
}

impl Database {
    /// Listens for notices that work was queued, on a connection of the worker's own.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn listen(&self) -> Result<Notices> {
        let pool = self.pools().worker.get()?;
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen("attest_work").await?;
        Ok(Notices(listener))
    }
}

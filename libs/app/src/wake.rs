//! How the worker learns at once that there is work; it asks now and then as well, so a lost
//! notice loses nothing.

use crate::{App, Result};

/// Notices that work was queued.
pub struct Wake(db::scope::Notices);

impl App {
    /// Listens for notices.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn listen(&self) -> Result<Wake> {
        Ok(Wake(self.db.listen().await?))
    }
}

impl Wake {
    /// Waits for the next notice.
    ///
    /// # Errors
    /// If the connection is lost: listen anew.
    pub async fn next(&mut self) -> Result<()> {
        Ok(self.0.next().await?)
    }
}

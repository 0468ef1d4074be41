//! Objects whose rows were erased (R-DEL-1): the worker deletes them from the store.

use db::work::orphans;

use crate::{App, Result};

impl App {
    /// Deletes the objects that are due and that no row names.
    ///
    /// # Errors
    /// If the database or the store does not answer; the rest goes the next time.
    pub async fn clear_orphans(&self) -> Result<()> {
        loop {
            let mut tx = self.db.enter_worker(None).await?;
            let due = orphans::due(&mut tx).await?;
            drop(tx);
            if due.is_empty() {
                return Ok(());
            }
            for orphan in due {
                if orphan.key.ends_with('/') {
                    self.delete_below(&orphan.key).await?;
                } else if !orphan.named {
                    self.store.delete(&orphan.key).await?;
                }
                let mut tx = self.db.enter_worker(None).await?;
                orphans::gone(&mut tx, &orphan).await?;
                tx.commit().await?;
            }
        }
    }

    async fn delete_below(&self, prefix: &str) -> Result<()> {
        loop {
            let keys = self.store.keys(prefix, "").await?;
            if keys.is_empty() {
                return Ok(());
            }
            for key in &keys {
                self.store.delete(key).await?;
            }
        }
    }
}

//! What the worker tells whoever watches the installation: what waits and what is late.

use db::work::figures;

pub use db::work::figures::Queue;

use crate::{App, Result};

/// The figures of one moment.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Every queue that is not empty.
    pub queues: Vec<Queue>,
    /// Applications under review, the 30 days over (R-APP-7).
    pub overdue: i64,
    /// Cases and accounts that are to be destroyed and still are there (SEC-87).
    pub to_destroy: i64,
}

impl App {
    /// Reads the figures.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn figures_of_work(&self) -> Result<Figures> {
        let today = self.today();
        let mut tx = self.db.enter_worker(None).await?;
        let queues = figures::queues(&mut tx).await?;
        let overdue = figures::overdue(&mut tx, today).await?;
        let to_destroy = figures::to_destroy(&mut tx).await?;
        Ok(Figures {
            queues,
            overdue,
            to_destroy,
        })
    }
}

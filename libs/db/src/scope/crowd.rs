//! How many connections one municipality may hold at once (SEC-105). The pool of its people is
//! everybody's: a municipality that asks more than it can be answered waits for itself, and the
//! others are served from the rest.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::actor::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// How long a request waits for its municipality's turn: as long as for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// The turns of each municipality; as many entries as there are municipalities.
pub(super) struct Crowd {
    most: usize,
    patience: Duration,
    turns: Mutex<HashMap<TenantId, Arc<Semaphore>>>,
}

impl Crowd {
    /// Of a pool of `size` connections one municipality may hold half.
    pub(super) fn of(size: u32) -> Self {
        Self {
            most: usize::try_from(size / 2).unwrap_or(1).max(1),
            patience: PATIENCE,
            turns: Mutex::default(),
        }
    }

    /// Waits for the municipality's turn, which lasts until the permit is dropped.
    ///
    /// # Errors
    /// [`Error::Busy`] if its own requests hold all it may have for too long.
    pub(super) async fn turn(&self, tenant: TenantId) -> Result<OwnedSemaphorePermit> {
        let turns = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            let turns = turns.entry(tenant);
            Arc::clone(turns.or_insert_with(|| Arc::new(Semaphore::new(self.most))))
        };
        tokio::time::timeout(self.patience, turns.acquire_owned())
            .await
            .ok()
            .and_then(std::result::Result::ok)
            .ok_or(Error::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sec_105_a_noisy_municipality_waits_for_itself_alone() {
        let crowd = Crowd {
            patience: Duration::ZERO,
            ..Crowd::of(4)
        };
        let (noisy, quiet) = (TenantId(1), TenantId(2));
        let held = [
            crowd.turn(noisy).await.unwrap(),
            crowd.turn(noisy).await.unwrap(),
        ];
        assert!(matches!(crowd.turn(noisy).await, Err(Error::Busy)));
        let _served = crowd.turn(quiet).await.unwrap();
        drop(held);
        let _served = crowd.turn(noisy).await.unwrap();
    }
}

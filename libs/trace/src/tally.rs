//! How many statements a piece of work took: what its line in the log tells. Counted in the task
//! that does the work; whoever does none of it in hand counts nothing.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

tokio::task_local! {
    static IN_HAND: Tally;
}

/// The statements of one piece of work.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<AtomicU32>);

impl Tally {
    /// Counts the statements that `work` sends.
    pub async fn over<F: Future>(&self, work: F) -> F::Output {
        IN_HAND.scope(self.clone(), work).await
    }

    /// How many they were so far.
    #[must_use]
    pub fn read(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts a statement to the work in hand.
pub fn statement() {
    // Nobody counts where no line will tell it.
    let _ = IN_HAND.try_with(|tally| tally.0.fetch_add(1, Ordering::Relaxed));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn statements_are_counted_to_the_work_that_sends_them() {
        let (one, other) = (Tally::default(), Tally::default());
        statement();
        one.over(async {
            statement();
            tokio::task::yield_now().await;
            other.over(async { statement() }).await;
            statement();
        })
        .await;
        assert_eq!((one.read(), other.read()), (2, 1));
    }
}

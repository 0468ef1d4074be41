//! What a piece of work did: how many statements, and for which act: what its line in the log tells.
//! Counted in the task that does the work; whoever does none of it in hand counts nothing.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU32, Ordering},
};

tokio::task_local! {
    static IN_HAND: Tally;
}

/// The statements and the act of one piece of work.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    statements: AtomicU32,
    act: OnceLock<&'static str>,
}

impl Tally {
    /// Counts the statements that `work` sends.
    pub async fn over<F: Future>(&self, work: F) -> F::Output {
        IN_HAND.scope(self.clone(), work).await
    }

    /// How many they were so far.
    #[must_use]
    pub fn read(&self) -> u32 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// The act it was done for, the first if there were several: what comes after serves its page.
    #[must_use]
    pub fn act(&self) -> Option<&'static str> {
        self.0.act.get().copied()
    }
}

/// Counts a statement to the work in hand.
pub fn statement() {
    // Nobody counts where no line will tell it.
    let _ = IN_HAND.try_with(|tally| tally.0.statements.fetch_add(1, Ordering::Relaxed));
}

/// Notes the act the work in hand is done for.
pub fn act(code: &'static str) {
    let _ = IN_HAND.try_with(|tally| tally.0.act.set(code));
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

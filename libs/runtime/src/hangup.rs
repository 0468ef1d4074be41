//! Looking again at what may have changed outside while the process runs.

use std::{convert::Infallible, io, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    time::{MissedTickBehavior, interval},
};

/// Calls `look` now, at every SIGHUP and every `every`, one call at a time; ends only by being
/// dropped. The signal is for people who do not want to wait.
///
/// # Errors
/// If signals cannot be listened to.
pub async fn on_hangup_or_every(
    every: Duration,
    mut look: impl AsyncFnMut(),
) -> io::Result<Infallible> {
    let mut hangups = signal(SignalKind::hangup())?;
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = hangups.recv() => {}
            _ = ticks.tick() => {}
        }
        look().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_looks_at_once_and_again_and_again() {
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let looking = on_hangup_or_every(Duration::from_millis(1), async || {
            tell.send(()).unwrap();
        });
        tokio::select! {
            ended = looking => panic!("{ended:?}"),
            () = async { for _ in 0..3 { told.recv().await.unwrap(); } } => {}
        }
    }
}

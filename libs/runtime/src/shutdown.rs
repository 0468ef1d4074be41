//! Stopping on a signal: finish what is begun, but not for ever.

use std::{io, time::Duration};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What was under way did not end within the deadline and was cut off.
#[derive(Debug, thiserror::Error)]
#[error("работа не завершилась за {} с после сигнала и прервана", .0.as_secs())]
pub struct CutOff(pub Duration);

/// Runs `work` until it ends by itself, or until SIGTERM or SIGINT: then its token is cancelled
/// (for axum: `with_graceful_shutdown(stop.cancelled_owned())`), and it has `deadline` to end.
/// A second signal cuts it off at once.
///
/// # Errors
/// [`CutOff`] after the deadline or the second signal; the error of `work`; or that signals
/// cannot be listened to.
pub async fn run_until_signal<F, Fut>(deadline: Duration, work: F) -> anyhow::Result<()>
where
    F: FnOnce(CancellationToken) -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
    let mut signals = Signals::listen()?;
    stop_on(async || signals.next().await, deadline, work).await
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn stop_on<N, F, Fut>(mut asked: N, deadline: Duration, work: F) -> anyhow::Result<()>
where
    N: AsyncFnMut(),
    F: FnOnce(CancellationToken) -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
    let stop = CancellationToken::new();
    let mut work = std::pin::pin!(work(stop.clone()));
    tokio::select! {
        done = &mut work => return done,
        () = asked() => {}
    }
    tracing::info!(deadline_s = deadline.as_secs(), "stopping");
    stop.cancel();
    tokio::select! {
        done = &mut work => done,
        () = tokio::time::sleep(deadline) => Err(CutOff(deadline).into()),
        () = asked() => Err(CutOff(deadline).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[tokio::test]
    async fn work_that_heeds_the_signal_ends_well() {
        let mut signals = 0;
        let asked = async || {
            signals += 1;
            if signals > 1 {
                std::future::pending::<()>().await;
            }
        };
        let ended = stop_on(asked, LONG, |stop| async move {
            stop.cancelled().await;
            Ok(())
        });
        ended.await.unwrap();
    }

    #[tokio::test]
    async fn a_second_signal_cuts_work_off() {
        let ended = stop_on(async || {}, LONG, |_| std::future::pending()).await;
        assert!(ended.unwrap_err().is::<CutOff>());
    }

    #[tokio::test]
    async fn the_deadline_cuts_work_off() {
        let mut signals = 0;
        let asked = async || {
            signals += 1;
            if signals > 1 {
                std::future::pending::<()>().await;
            }
        };
        let ended = stop_on(asked, Duration::ZERO, |_| std::future::pending()).await;
        assert!(ended.unwrap_err().is::<CutOff>());
    }

    #[tokio::test]
    async fn work_that_fails_by_itself_says_why() {
        let failed = stop_on(std::future::pending::<()>, LONG, |_| async {
            Err(anyhow::anyhow!("порт занят"))
        });
        assert_eq!(failed.await.unwrap_err().to_string(), "порт занят");
    }
}

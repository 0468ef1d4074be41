//! Whether this process lives and whether it can work: `/healthz` and `/readyz`.
//!
//! The public listener names the parts that are down and nothing more; why they are is told on
//! the second listener, which is not exposed, and in the log (SEC-94).

use std::{fmt, sync::Arc, time::Duration};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use futures::future::{BoxFuture, FutureExt as _, join_all};

/// A part that does not answer within this time is down: less than any probe waits.
const PATIENCE: Duration = Duration::from_secs(2);

type Outcome = Result<(), String>;

/// A part this process cannot work without.
pub struct Check {
    name: &'static str,
    ask: Box<dyn Fn() -> BoxFuture<'static, Outcome> + Send + Sync>,
}

impl Check {
    /// A part by its name (`postgres`, `redis`, `s3`) and a cheap question to it: everybody
    /// outside may have it asked.
    pub fn new<F, Fut, E>(name: &'static str, ask: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display,
    {
        let ask = move || {
            ask()
                .map(|answer| answer.map_err(|e| e.to_string()))
                .boxed()
        };
        Self {
            name,
            ask: Box::new(ask),
        }
    }

    async fn outcome(&self) -> Outcome {
        match tokio::time::timeout(PATIENCE, (self.ask)()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("no answer in {} s", PATIENCE.as_secs())),
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.name).finish()
    }
}

/// The checks of a process, shared by its listeners.
pub type Checks = Arc<[Check]>;

/// `/healthz` (200 while the process answers at all) and `/readyz` (200, or 503 with the names
/// of the parts that are down) for the public listener.
pub fn router(checks: Checks) -> Router {
    routes(checks, false)
}

/// The same for the second listener, which also tells why a part is down.
pub fn detailed_router(checks: Checks) -> Router {
    routes(checks, true)
}

fn routes(checks: Checks, details: bool) -> Router {
    let ready = move |State(checks): State<Checks>| async move { ready(&checks, details).await };
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .with_state(checks)
}

async fn ready(checks: &[Check], details: bool) -> (StatusCode, String) {
    let outcomes = join_all(checks.iter().map(Check::outcome)).await;
    let mut status = StatusCode::OK;
    let mut text = String::new();
    for (Check { name, .. }, outcome) in checks.iter().zip(outcomes) {
        if let Err(reason) = outcome {
            tracing::warn!(part = name, reason, "not ready");
            status = StatusCode::SERVICE_UNAVAILABLE;
            text += &match details {
                true => format!("{name} down: {reason}\n"),
                false => format!("{name} down\n"),
            };
        } else if details {
            text += &format!("{name} up\n");
        }
    }
    if status == StatusCode::OK {
        text += "ready\n";
    }
    (status, text)
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt as _;

    use super::*;

    fn checks() -> Checks {
        Arc::new([
            Check::new("postgres", async || Ok::<_, String>(())),
            Check::new("redis", async || Err("refused by 10.0.0.7")),
            Check::new("s3", std::future::pending::<Result<(), String>>),
        ])
    }

    async fn ask(router: Router, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn outside_only_the_names_of_parts_that_are_down_are_told() {
        let (status, text) = ask(router(checks()), "/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(text, "redis down\ns3 down\n");
    }

    #[tokio::test]
    async fn inside_the_reasons_are_told() {
        let (status, text) = ask(detailed_router(checks()), "/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            text,
            "postgres up\nredis down: refused by 10.0.0.7\ns3 down: no answer in 2 s\n"
        );
    }

    #[tokio::test]
    async fn ready_when_every_part_is_up() {
        let checks: Checks = Arc::new([Check::new("postgres", async || Ok::<_, String>(()))]);
        let answer = ask(router(checks), "/readyz").await;
        assert_eq!(answer, (StatusCode::OK, "ready\n".to_owned()));
    }

    #[tokio::test]
    async fn a_process_whose_parts_are_down_is_alive() {
        let (status, _) = ask(router(checks()), "/healthz").await;
        assert_eq!(status, StatusCode::OK);
    }
}

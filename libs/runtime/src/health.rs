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

/// A part this process cannot work without, or something it tells about itself beside them.
pub struct Check {
    name: &'static str,
    kind: Kind,
}

enum Kind {
    Part(Box<dyn Fn() -> BoxFuture<'static, Outcome> + Send + Sync>),
    Note(Box<dyn Fn() -> Note + Send + Sync>),
}

/// What a process tells about itself. It is ready whatever this says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// For everybody: a version.
    pub text: String,
    /// What is wrong with it, for the second listener; everybody learns only that something is.
    pub problem: Option<String>,
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
            kind: Kind::Part(Box::new(ask)),
        }
    }

    /// Something told beside the parts, by its name (`policy`).
    pub fn note(name: &'static str, tell: impl Fn() -> Note + Send + Sync + 'static) -> Self {
        Self {
            name,
            kind: Kind::Note(Box::new(tell)),
        }
    }

    async fn outcome(&self) -> Told {
        let ask = match &self.kind {
            Kind::Part(ask) => ask,
            Kind::Note(tell) => return Told::Note(tell()),
        };
        match tokio::time::timeout(PATIENCE, ask()).await {
            Ok(Ok(())) => Told::Up,
            Ok(Err(reason)) => Told::Down(reason),
            Err(_) => Told::Down(format!("no answer in {} s", PATIENCE.as_secs())),
        }
    }
}

enum Told {
    Up,
    Down(String),
    Note(Note),
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
    for (Check { name, .. }, told) in checks.iter().zip(outcomes) {
        match told {
            Told::Down(reason) => {
                tracing::warn!(part = name, reason, "not ready");
                status = StatusCode::SERVICE_UNAVAILABLE;
                text += &match details {
                    true => format!("{name} down: {reason}\n"),
                    false => format!("{name} down\n"),
                };
            }
            Told::Up if details => text += &format!("{name} up\n"),
            Told::Up => {}
            Told::Note(note) => {
                text += &match note.problem {
                    Some(problem) if details => format!("{name} {}: {problem}\n", note.text),
                    Some(_) => format!("{name} {}, the file is refused\n", note.text),
                    None => format!("{name} {}\n", note.text),
                };
            }
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
    async fn what_is_told_beside_the_parts_leaves_the_process_ready() {
        let checks = |problem: Option<&str>| -> Checks {
            let problem = problem.map(str::to_owned);
            Arc::new([Check::note("policy", move || Note {
                text: "1a2b".to_owned(),
                problem: problem.clone(),
            })])
        };
        for (problem, outside, inside) in [
            (None, "policy 1a2b\nready\n", "policy 1a2b\nready\n"),
            (
                Some("line 3"),
                "policy 1a2b, the file is refused\nready\n",
                "policy 1a2b: line 3\nready\n",
            ),
        ] {
            let told = ask(router(checks(problem)), "/readyz").await;
            assert_eq!(told, (StatusCode::OK, outside.to_owned()));
            let told = ask(detailed_router(checks(problem)), "/readyz").await;
            assert_eq!(told, (StatusCode::OK, inside.to_owned()));
        }
    }

    #[tokio::test]
    async fn a_process_whose_parts_are_down_is_alive() {
        let (status, _) = ask(router(checks()), "/healthz").await;
        assert_eq!(status, StatusCode::OK);
    }
}

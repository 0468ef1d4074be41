//! What is told of each request, answered or left by its browser: a span, one line of the log
//! and its place in the metrics. They hold the template of the route, never the path: a path may
//! be a one-time link (SEC-83); who asked as ids alone (SEC-84).

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    middleware::Next,
    response::Response,
};
use opentelemetry::{KeyValue, global, metrics::Histogram};
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use crate::visit::Visit;

/// What stands for the status of an answer nobody waited for: the browser left.
const LEFT: u16 = 499;

static DURATIONS: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    global::meter("attest")
        .f64_histogram("http.server.request.duration")
        .with_description("How long requests took, by route and status")
        .with_unit("s")
        .with_boundaries(vec![
            0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0,
        ])
        .build()
});

/// The number of a request: of its trace, in the audit, in the log and on the page of an error
/// alike.
#[derive(Clone, Copy, Debug)]
pub struct Number(pub Uuid);

/// What is told; it is, when this is dropped, by an answer or without one.
struct Line {
    method: Method,
    route: Option<MatchedPath>,
    begun: Instant,
    status: u16,
    visit: Option<Arc<Visit>>,
    number: Uuid,
    span: Span,
    statements: trace::Tally,
}

impl Line {
    fn of(request: &Request) -> Self {
        let route: Option<MatchedPath> = request.extensions().get().cloned();
        let method = request.method().clone();
        let span = request_span(&method, path(route.as_ref()));
        Self {
            begun: Instant::now(),
            status: LEFT,
            visit: None,
            number: trace::name(&span),
            statements: trace::Tally::default(),
            method,
            route,
            span,
        }
    }

    fn measure(&self, took: Duration) {
        let attributes = [
            KeyValue::new("http.request.method", known(&self.method)),
            KeyValue::new("http.route", path(self.route.as_ref()).to_owned()),
            KeyValue::new("http.response.status_code", i64::from(self.status)),
        ];
        DURATIONS.record(took.as_secs_f64(), &attributes);
    }
}

/// Of the level of an error, so that whoever hears errors only is told their trace.
fn request_span(method: &Method, route: &str) -> Span {
    let span = tracing::error_span!(
        "request",
        otel.name = format!("{} {route}", known(method)),
        otel.kind = "server",
        otel.status_code = tracing::field::Empty,
        trace = tracing::field::Empty,
    );
    trace::tell(
        &span,
        [
            KeyValue::new("http.request.method", known(method)),
            KeyValue::new("http.route", route.to_owned()),
        ],
    );
    span
}

/// A method may be any word: those there are no pages for are one.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "_OTHER",
    }
}

fn path(route: Option<&MatchedPath>) -> &str {
    route.map_or("-", MatchedPath::as_str)
}

impl Drop for Line {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        let signed = self.visit.as_ref().and_then(|visit| visit.signed.as_ref());
        let cabinet = signed.and_then(|signed| signed.cabinet.as_ref());
        let role = cabinet.map(|cabinet| cabinet.role.code());
        let tenant = cabinet
            .and_then(|cabinet| cabinet.tenant)
            .map(|tenant| tenant.0);
        tracing::info!(
            parent: None,
            method = known(&self.method),
            route = path(self.route.as_ref()),
            status = self.status,
            ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            act = self.statements.act(),
            statements = self.statements.read(),
            role,
            tenant,
            account = signed.map(|signed| signed.account.0),
            trace = %self.number.simple(),
            "request"
        );
        let status = KeyValue::new("http.response.status_code", i64::from(self.status));
        let role = role.map(|role| KeyValue::new("attest.role", role));
        let tenant = tenant.map(|tenant| KeyValue::new("attest.tenant", i64::from(tenant)));
        let account = signed.map(|signed| KeyValue::new("attest.account", signed.account.0));
        let told = [Some(status), role, tenant, account].into_iter().flatten();
        trace::tell(&self.span, told);
        if self.status >= 500 {
            self.span.record("otel.status_code", "ERROR");
        }
        self.measure(took);
    }
}

/// The layer that tells it: method, route, status, milliseconds, act, statements, role, tenant and
/// account as ids, number.
pub async fn layer(mut request: Request, next: Next) -> Response {
    // No `traceparent` of a browser is believed: the number is ours to give.
    let mut line = Line::of(&request);
    request.extensions_mut().insert(Number(line.number));
    let answered = next.run(request).instrument(line.span.clone());
    let response = line.statements.over(answered).await;
    line.status = response.status().as_u16();
    line.visit = response.extensions().get().cloned();
    response
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        io,
        pin::pin,
        sync::{Mutex, PoisonError},
        task::{Context, Waker},
    };

    use axum::{Router, body::Body, http::StatusCode, middleware};
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;
    use crate::once;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Written {
        fn text(&self) -> String {
            let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            String::from_utf8(bytes.clone()).unwrap()
        }
    }

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_request_its_browser_left_has_a_line() {
        let (go, written) = (Arc::new(Notify::new()), Written::default());
        let lines = {
            let written = written.clone();
            tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(move || written.clone())
                .finish()
        };
        let _lines = tracing::subscriber::set_default(lines);
        let slow = {
            let go = Arc::clone(&go);
            move || async move {
                go.notified().await;
                StatusCode::SEE_OTHER
            }
        };
        let pages = Router::new()
            .fallback(slow)
            .layer(middleware::from_fn(layer))
            .layer(middleware::from_fn(once::to_its_end));
        for (method, status) in [(Method::GET, LEFT), (Method::POST, 303)] {
            let request = Request::builder().method(&method).uri("/slow");
            let request = request.body(Body::empty()).unwrap();
            {
                let mut answer = pin!(pages.clone().oneshot(request));
                let mut asleep = Context::from_waker(Waker::noop());
                assert!(answer.as_mut().poll(&mut asleep).is_pending());
            }
            go.notify_one();
            let told = format!("method=\"{method}\" route=\"-\" status={status}");
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            let written = written.text();
            assert!(written.contains(&told), "{told}: {written}");
        }
    }
}

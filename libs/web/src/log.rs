//! One line of the log for each request, answered or left by its browser. It holds the template of the route, never the path:
//! a path may be a one-time link (SEC-83).

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    middleware::Next,
    response::Response,
};

use crate::visit::Visit;

/// What stands for the status of an answer nobody waited for: the browser left.
const LEFT: u16 = 499;

/// What the line tells; it is written when this is dropped, by an answer or without one.
struct Line {
    method: Method,
    route: Option<MatchedPath>,
    begun: Instant,
    status: u16,
    visit: Option<Arc<Visit>>,
}

impl Drop for Line {
    fn drop(&mut self) {
        let signed = self.visit.as_ref().and_then(|visit| visit.signed.as_ref());
        tracing::info!(
            method = self.method.as_str(),
            route = self.route.as_ref().map_or("-", |route| route.as_str()),
            status = self.status,
            ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            account = signed.map(|signed| signed.account.0),
            request = self
                .visit
                .as_ref()
                .map(|visit| tracing::field::display(visit.request)),
            "request"
        );
    }
}

/// The layer that writes it: method, route, status, milliseconds, account, request id.
pub async fn layer(request: Request, next: Next) -> Response {
    let mut line = Line {
        method: request.method().clone(),
        route: request.extensions().get().cloned(),
        begun: Instant::now(),
        status: LEFT,
        visit: None,
    };
    let response = next.run(request).await;
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

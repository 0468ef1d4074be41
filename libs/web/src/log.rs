//! One line of the log for each request. It holds the template of the route, never the path:
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

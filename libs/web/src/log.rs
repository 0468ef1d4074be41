//! One line of the log for each request. It holds the template of the route, never the path:
//! a path may be a one-time link (SEC-83).

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};

use crate::visit::Visit;

/// The layer that writes it: method, route, status, milliseconds, account, request id.
pub async fn layer(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let visit = response.extensions().get::<Arc<Visit>>();
    let account = visit
        .and_then(|visit| visit.signed.as_ref())
        .map(|signed| signed.account.0);
    tracing::info!(
        method = method.as_str(),
        route = route.as_ref().map_or("-", |route| route.as_str()),
        status = response.status().as_u16(),
        ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        account,
        request = visit.map(|visit| tracing::field::display(visit.request)),
        "request"
    );
    response
}

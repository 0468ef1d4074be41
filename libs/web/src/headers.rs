//! The headers every answer carries (SEC-32, SEC-33), errors included.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tower_http::compression::{DefaultPredicate, Predicate, predicate::NotForContentType};

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
object-src 'none'";

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=31536000; includeSubDomains",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// What gets smaller by it: pages, lists, styles. Documents, archives, pictures and fonts of ours
/// are compressed already; the size of a small answer does not count.
pub fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/x-tar"))
        .and(NotForContentType::const_new("application/octet-stream"))
        .and(NotForContentType::const_new(
            "application/vnd.openxmlformats",
        ))
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("video/"))
}

/// The layer that has no answer compressed to a request another site made. Whoever can make a
/// person's browser ask for pages with words of its own choice, and see how large the answers
/// are, would guess the token of the forms beside them (BREACH); the length of a plain page tells
/// nothing. The cookie of the session itself never stands in a body.
pub async fn plain_for_other_sites(mut request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site");
    if site.is_some_and(|site| site == "cross-site" || site == "same-site") {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}

/// The layer that adds them. A page is never kept by a browser or a proxy unless it says so
/// itself; a page whose address is a token tells its address to nobody.
pub async fn layer(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let token = [
        "/invitation/",
        "/password/reset/",
        "/email/confirm/",
        "/registration/delete/",
    ]
    .iter()
    .any(|prefix| path.starts_with(prefix));
    // Nobody is told back what a proxy added to its request (SEC-33).
    let mut response = match *request.method() {
        Method::TRACE => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static(if token { "no-referrer" } else { "same-origin" }),
    );
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CSP));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

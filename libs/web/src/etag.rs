//! Answers a browser may keep and ask about again by their tag (RFC 9110, 13.1.2).

use axum::http::{HeaderMap, header};

/// Whether the browser says that it has what this tag names. Tags are compared weakly: compressed or
/// not, it says the same.
#[must_use]
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .any(|tags| tags.trim() == "*" || tags.split(',').any(|one| opaque(one) == opaque(tag)))
}

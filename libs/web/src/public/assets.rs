//! `/assets/…`: style, script, fonts, embedded in the binary under hashed names.

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use crate::error::Error;

/// One asset. Hashed names never change their bytes, so a browser asks for them once; under another
/// name it is told when it has these bytes already.
pub async fn get(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ui::asset(&path) else {
        return Error::NotFound.into_response();
    };
    let keep = if asset.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    // Weak: compressed or not, it says the same.
    let tag = format!("W/\"{}\"", asset.hash);
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let kept = [
        (header::CACHE_CONTROL, keep.to_owned()),
        (header::ETAG, tag.clone()),
    ];
    if known
        .filter_map(|tags| tags.to_str().ok())
        .any(|tags| names(tags, &tag))
    {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, asset.content_type)];
    (StatusCode::OK, kept, content_type, asset.bytes).into_response()
}

/// Whether a list of tags has this one, by the weak comparison (RFC 9110, 13.1.2).
fn names(tags: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.trim() == "*" || tags.split(',').any(|one| opaque(one) == opaque(tag))
}

//! `/assets/…`: style, script, fonts, embedded in the binary under hashed names.

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use crate::{error::Error, etag};

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
    let kept = [
        (header::CACHE_CONTROL, keep.to_owned()),
        (header::ETAG, tag.clone()),
    ];
    if etag::is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, asset.content_type)];
    (StatusCode::OK, kept, content_type, asset.bytes).into_response()
}

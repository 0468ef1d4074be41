//! `/assets/…`: style, script, fonts, embedded in the binary under hashed names.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};

use crate::error::Error;

/// One asset. Hashed names never change their bytes, so a browser asks for them once.
pub async fn get(Path(path): Path<String>) -> Response {
    let Some(asset) = ui::asset(&path) else {
        return Error::NotFound.into_response();
    };
    let keep = if asset.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    (
        StatusCode::OK,
        [
            (header::CONTENT_TYPE, asset.content_type.to_owned()),
            (header::CACHE_CONTROL, keep.to_owned()),
            (header::ETAG, format!("\"{}\"", asset.hash)),
        ],
        asset.bytes,
    )
        .into_response()
}

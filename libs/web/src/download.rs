//! Files on their way to a person: always as an attachment of a fixed type, from a page that may run
//! nothing (SEC-65).

use app::files::Opened;
use axum::{
    body::Body,
    http::header,
    response::{IntoResponse as _, Response},
};

/// A file of the store, under this name.
#[must_use]
pub fn download(name: &str, object: Opened) -> Response {
    let body = Body::from_stream(object.body);
    attachment(name, object.content_type, object.size, body)
}

/// As [`download`], wherever the bytes come from.
#[must_use]
pub fn attachment(name: &str, content_type: String, size: u64, body: Body) -> Response {
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes())
        .collect::<String>()
        .replace('+', "%20");
    (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CONTENT_LENGTH, size.to_string()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename*=UTF-8''{encoded}"),
            ),
            (
                header::CONTENT_SECURITY_POLICY,
                "sandbox; default-src 'none'".to_owned(),
            ),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        body,
    )
        .into_response()
}

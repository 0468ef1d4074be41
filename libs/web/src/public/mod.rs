//! Pages without a session: the start page, sign-in, registration, invitations, passwords,
//! publications, help. Nothing here shows a person's data.

mod assets;

use axum::{Router, routing::get};

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new().route("/assets/{*path}", get(assets::get))
}

/// The address of sign-in that leads back to `next`, if that is a page of a cabinet.
pub fn login_address(next: &str) -> String {
    let local = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if !local || next == "/cabinet" {
        return "/login".to_owned();
    }
    let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/login?next={encoded}")
}

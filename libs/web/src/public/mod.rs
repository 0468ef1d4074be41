//! Pages without a session: the start page, sign-in, registration, invitations, passwords,
//! publications, samples, help. Nothing here shows a person's data.

mod arrival;
mod assets;
mod code;
mod deletion;
mod email;
mod help;
mod invitation;
mod landing;
mod link;
mod login;
mod logout;
mod passkey;
mod password;
mod provider;
mod publications;
mod register;
mod samples;

use axum::{
    Router,
    routing::{get, post},
};

use crate::Web;

pub(crate) use link::Stranger;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/", get(landing::get))
        .route("/login", get(login::get).post(login::post))
        .route("/m/{slug}/login", get(login::get).post(login::post))
        .route("/login/code", get(code::get).post(code::post))
        .route("/login/passkey", post(passkey::post))
        .route("/m/{slug}/login/passkey", post(passkey::post))
        .route("/login/passkey/begin", post(passkey::begin))
        .route("/login/{provider}", get(provider::begin))
        .route("/login/{provider}/callback", get(provider::callback))
        .route("/login/{provider}/link", get(link::get).post(link::post))
        .route("/login/{provider}/register", post(link::register))
        .route("/logout", post(logout::post))
        .route("/register", get(register::get).post(register::post))
        .route(
            "/m/{slug}/register",
            get(register::get).post(register::post),
        )
        .route(
            "/invitation/{token}",
            get(invitation::get).post(invitation::post),
        )
        .route("/invitation/{token}/accept", post(invitation::accept))
        .route(
            "/password/forgot",
            get(password::forgot).post(password::forgot_post),
        )
        .route(
            "/password/reset/{token}",
            get(password::reset).post(password::reset_post),
        )
        .route("/email/confirm/{token}", get(email::get).post(email::post))
        .route(
            "/registration/delete/{token}",
            get(deletion::get).post(deletion::post),
        )
        .route("/schedules", get(publications::schedules))
        .route("/results", get(publications::results))
        .route("/forms", get(samples::list))
        .route("/forms/{sample}", get(samples::file))
        .route("/help", get(help::get))
        .route("/help/{role}", get(help::of_role))
        .route("/assets/{*path}", get(assets::get))
}

/// `next` if it is a local path and nothing else (SEC-35): no other host, however written,
/// no character that a header or a browser could take for something else.
pub fn local(next: &str) -> Option<&str> {
    let plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let path = next.starts_with('/') && !next.starts_with("//");
    (plain && path).then_some(next)
}

/// The address of sign-in that leads back to `next`, if that is a page of a cabinet.
pub fn login_address(next: &str) -> String {
    match local(next) {
        None | Some("/cabinet") => "/login".to_owned(),
        Some(next) => leading("/login", next),
    }
}

/// The address of a page that leads on to `next`.
pub fn leading(page: &str, next: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_35_next_is_a_local_path() {
        for good in [
            "/teacher",
            "/operator/queue?tab=simplified&page=2",
            "/a%20b",
        ] {
            assert_eq!(local(good), Some(good));
        }
        for evil in [
            "",
            "teacher",
            "//evil.example",
            "https:evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/x\r\nSet-Cookie: a=b",
            "/\t/evil.example",
            "/\u{ff0f}evil.example",
            " /teacher",
        ] {
            assert_eq!(local(evil), None, "{evil}");
        }
        assert_eq!(login_address("//evil"), "/login");
        assert_eq!(
            login_address("/teacher?card=1"),
            "/login?next=%2Fteacher%3Fcard%3D1"
        );
    }
}

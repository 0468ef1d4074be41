//! Posted forms: the token is checked before anything is believed (SEC-30). A handler gets
//! the fields only by saying what happens when the token is old: [`Posted::accept`] for forms
//! with typed text, which are shown again with it, [`Posted::take`] for buttons. A form sent
//! twice is done once (`once`, SEC-71): a repeat ends in [`layer`], before anybody asks who
//! sends it, for what was done may have changed that.

use std::sync::Arc;

use app::FieldFault;
use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use serde::{Deserialize, de::DeserializeOwned};
use subtle::ConstantTimeEq as _;

use crate::{
    error::{Error, Result},
    once::{self, Once, Said},
    visit::{SWITCHED, Visit},
};

/// The greatest length of a form without files, in bytes.
const MAX: usize = 512 * 1024;

/// What is said beside a form whose token is older than the session.
pub const STALE_FORM: &str =
    "Срок действия страницы истёк: проверьте введённое и отправьте ещё раз";

/// [`STALE_FORM`] as the faults of a form that is shown again with what was typed.
#[must_use]
pub fn stale_form() -> Vec<FieldFault> {
    vec![FieldFault::new("", STALE_FORM)]
}

/// The version a form carries of what it changes (SEC-70); -1, which nothing has, for nonsense.
#[must_use]
pub fn version(typed: &str) -> i32 {
    typed.trim().parse().unwrap_or(-1)
}

/// A button that carries the version of what it changes, and nothing else.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    version: String,
}

impl Seen {
    /// The version the button was shown with.
    #[must_use]
    pub fn version(&self) -> i32 {
        version(&self.version)
    }
}

/// A posted form whose token has yet to be judged.
#[derive(Debug)]
pub struct Posted<T> {
    form: T,
    fresh: bool,
}

impl<T> Posted<T> {
    /// The form if its token is this session's, otherwise `Err(form)`: the page is shown
    /// again with what was typed and a fresh token, status 403.
    ///
    /// # Errors
    /// The form itself, with an old token.
    pub fn accept(self) -> Result<T, T> {
        if self.fresh {
            Ok(self.form)
        } else {
            Err(self.form)
        }
    }

    /// The form if its token is this session's.
    ///
    /// # Errors
    /// [`Error::Expired`] otherwise.
    pub fn take(self) -> Result<T> {
        self.accept().map_err(|_| Error::Expired)
    }
}

/// Whether a request may have been made by another site's page: browsers say so themselves.
///
/// # Errors
/// [`Error::Forbidden`] if it was.
pub fn same_site(headers: &HeaderMap) -> Result<()> {
    match headers.get("sec-fetch-site").map(|value| value.as_bytes()) {
        Some(b"cross-site" | b"same-site") => Err(Error::Forbidden),
        Some(_) => Ok(()),
        // Older browsers send no such header but an Origin, which must be ours.
        None => match (headers.get(header::ORIGIN), headers.get(header::HOST)) {
            (Some(origin), Some(host)) => {
                let origin = origin.to_str().unwrap_or_default();
                let host = host.to_str().unwrap_or_default();
                let ours = origin
                    .split_once("://")
                    .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host));
                if ours { Ok(()) } else { Err(Error::Forbidden) }
            }
            _ => Ok(()),
        },
    }
}

/// Whether the token a form sent is the session's.
///
/// # Errors
/// [`Error::Conflict`] if it is of a cabinet the session has left (SEC-13).
pub fn token_fits(visit: &Visit, sent: &str) -> Result<bool> {
    let is = |token: &str| !token.is_empty() && bool::from(token.as_bytes().ct_eq(sent.as_bytes()));
    if is(&visit.csrf) {
        return Ok(true);
    }
    if visit.former.iter().any(|former| is(&former.csrf)) {
        return Err(Error::Conflict(SWITCHED.to_owned()));
    }
    Ok(false)
}

/// The layer that reads forms without files: a repeat is answered as the first one was, any
/// other form claims its number.
pub async fn layer(request: Request, next: Next) -> Result<Response> {
    let once = request.extensions().get::<Once>().cloned();
    let Some((visit, once)) = visit_of(&request)
        .zip(once)
        .filter(|_| is_form(request.headers()))
    else {
        return Ok(next.run(request).await);
    };
    same_site(request.headers())?;
    let (parts, body) = request.into_parts();
    // The body ends with an error where it grows too long, and so it does where it breaks off.
    let bytes = to_bytes(body, MAX).await.map_err(|_| Error::TooLarge)?;
    let token = field(&bytes, "_csrf");
    let fresh = matches!(token_fits(&visit, &token), Ok(true));
    let mut said = Said::default();
    said.add(&bytes);
    let number = field(&bytes, once::FIELD);
    if let Some(done) = once.claim(&token, &number, fresh).await? {
        match once.answer(done, said).await {
            // Not a repeat; with an old token it is told so by whoever asked for the form.
            Error::Expired if !fresh => {}
            answer => return Err(answer),
        }
    } else {
        once.note(said);
    }
    Ok(next.run(Request::from_parts(parts, bytes.into())).await)
}

fn visit_of(request: &Request) -> Option<Arc<Visit>> {
    request.extensions().get().cloned()
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"))
}

fn field(form: &[u8], wanted: &str) -> String {
    url::form_urlencoded::parse(form)
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Posted<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        same_site(request.headers())?;
        let visit = visit_of(&request)
            .filter(|_| is_form(request.headers()))
            .ok_or(Error::Expired)?;
        let bytes = to_bytes(request.into_body(), MAX)
            .await
            .map_err(|_| Error::TooLarge)?;
        let fresh = token_fits(&visit, &field(&bytes, "_csrf"))?;
        let form = serde_html_form::from_bytes(&bytes).map_err(|_| {
            Error::Invalid(vec![FieldFault::new(
                "",
                "Форма заполнена не полностью: вернитесь и проверьте поля.",
            )])
        })?;
        Ok(Self { form, fresh })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_no_version() {
        assert_eq!(version(" 3"), 3);
        for nonsense in ["", "x", "3.0", "99999999999"] {
            assert_eq!(version(nonsense), -1, "{nonsense}");
        }
    }
}

//! What a browser is asked about passkeys, from the asking to the one answer: the session keeps what
//! was asked, so that no other browser can answer it.

use app::accounts::passkey::{Asked, Site};
use axum::{
    http::header::CONTENT_TYPE,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    Web,
    error::{Error, Result},
    limits::Limit,
    visit::Visit,
};

/// The site the keys are for; `None` where browsers have none for its base address.
pub fn site(web: &Web) -> Option<Site> {
    Site::of(&web.settings.base_url, web.settings.tenant_hosts)
}

/// Keeps what is asked under a key of the session, in the place of what was asked before, and
/// tells the browser.
pub async fn tell(visit: &Visit, key: &str, asked: Asked) -> Result<Response> {
    visit.keep(key, &STANDARD.encode(asked.state)).await?;
    Ok(([(CONTENT_TYPE, "application/json")], asked.options).into_response())
}

/// What was asked, if this session was asked and nobody has answered it yet.
pub async fn taken(visit: &Visit, web: &Web, key: &str) -> Result<Option<Vec<u8>>> {
    let Some(asked) = visit.recall::<String>(key).await? else {
        return Ok(None);
    };
    visit.drop_key(key).await?;
    // Two answers at once both find it in the session; Redis counts one.
    match Limit::answer(&asked).take(web).await {
        Err(Error::TooMany { .. }) => return Ok(None),
        outcome => outcome?,
    }
    Ok(STANDARD.decode(asked).ok())
}

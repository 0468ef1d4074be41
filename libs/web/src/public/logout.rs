//! «Выйти»: the session is gone from the server, and the browser is told to forget (SEC-22).

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;

use crate::{Web, error::Result, form::Posted, visit::Visit};

/// Nothing but the token.
#[derive(Deserialize, Default)]
pub struct Raw {}

/// Signs out.
pub async fn post(
    visit: Visit,
    State(web): State<Web>,
    posted: Posted<Raw>,
) -> Result<impl IntoResponse> {
    posted.take()?;
    if let Some(signed) = &visit.signed {
        web.app.sign_out(signed.account).await?;
    }
    visit.sign_out().await?;
    // Not all cookies: the session's goes with it, and by the other one the browser stays known.
    Ok(([("clear-site-data", "\"storage\"")], Redirect::to("/")))
}

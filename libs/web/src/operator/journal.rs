//! `/operator/journal`: the journal of all municipalities.

use axum::{Router, extract::State, response::Response, routing::get};

use crate::{
    Web,
    asked::Asked,
    error::Result,
    journal::{Journal, Wanted},
    visit::Operator,
};

const PATH: &str = "/operator/journal";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route(PATH, get(show))
}

async fn show(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    let journal = Journal {
        visit: &at,
        actor: &at.actor,
        web: &web,
        path: PATH,
    };
    journal.answer(&wanted).await
}

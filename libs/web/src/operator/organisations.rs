//! `/operator/organisations` «Организации»: those of every municipality (R-ORG-1).

use axum::{Router, extract::State, response::Response, routing::get};
use maud::Markup;

use crate::{
    Result, Web,
    asked::Asked,
    form::Posted,
    id::Id,
    organisations::{
        Raw,
        regional::{Desk, Wanted},
    },
    visit::Operator,
};

const PATH: &str = "/operator/organisations";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/operator/organisations/new", get(new).post(add))
        .route("/operator/organisations/{id}", get(one).post(change))
}

fn desk<'a>(at: &'a Operator, web: &'a Web) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        web,
        path: PATH,
    }
}

async fn show(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    desk(&at, &web).show(&wanted).await
}

async fn new(at: Operator, State(web): State<Web>) -> Result<Markup> {
    desk(&at, &web).blank().await
}

async fn add(at: Operator, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    desk(&at, &web).add(posted).await
}

async fn one(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).one(id).await
}

async fn change(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    desk(&at, &web).change(id, posted).await
}

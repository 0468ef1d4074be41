//! `/admin/organisations` «Организации»: those of every municipality (R-ORG-1), for whoever sets a
//! region up before it has operators.

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
    visit::Admin,
};

const PATH: &str = "/admin/organisations";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/admin/organisations/new", get(new).post(add))
        .route("/admin/organisations/{id}", get(one).post(change))
}

fn desk<'a>(at: &'a Admin, web: &'a Web) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        web,
        path: PATH,
    }
}

async fn show(at: Admin, State(web): State<Web>, Asked(wanted): Asked<Wanted>) -> Result<Markup> {
    desk(&at, &web).show(&wanted).await
}

async fn new(at: Admin, State(web): State<Web>) -> Result<Markup> {
    desk(&at, &web).blank().await
}

async fn add(at: Admin, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    desk(&at, &web).add(posted).await
}

async fn one(at: Admin, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).one(id).await
}

async fn change(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    desk(&at, &web).change(id, posted).await
}

//! `/operator/print`: the registered applications of all municipalities, to be printed.

use axum::{Router, extract::State, response::Response, routing::get};

use crate::{
    Web,
    asked::Asked,
    error::Result,
    form::Posted,
    print::{Desk, Raw, Wanted},
    visit::Operator,
};

const PATH: &str = "/operator/print";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route(PATH, get(show).post(print))
}

fn desk<'a>(at: &'a Operator, web: &'a Web, wanted: Wanted) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        web,
        path: PATH,
        wanted,
    }
}

async fn show(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    desk(&at, &web, wanted).show().await
}

async fn print(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
    posted: Posted<Raw>,
) -> Result<Response> {
    desk(&at, &web, wanted).print(posted).await
}

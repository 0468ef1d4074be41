//! `/municipal/print`: the registered applications of the coordinator's municipality, to be printed.

use axum::{Router, extract::State, response::Response, routing::get};

use crate::{
    Web,
    asked::Asked,
    error::Result,
    form::Posted,
    print::{Desk, Raw, Wanted},
    visit::Municipal,
};

const PATH: &str = "/municipal/print";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route(PATH, get(show).post(print))
}

fn desk<'a>(at: &'a Municipal, web: &'a Web, wanted: Wanted) -> Desk<'a> {
    Desk {
        visit: at,
        actor: &at.actor,
        web,
        path: PATH,
        wanted,
    }
}

async fn show(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    desk(&at, &web, wanted).show().await
}

async fn print(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
    posted: Posted<Raw>,
) -> Result<Response> {
    desk(&at, &web, wanted).print(posted).await
}

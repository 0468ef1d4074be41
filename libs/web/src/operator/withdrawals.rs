//! `/operator/withdrawals`: the operator decides the withdrawals of its own route and, once the
//! period of an application is approved, of every route (R-WD-1).

use axum::{
    Router,
    extract::{Query, State},
    response::Response,
    routing::{get, post},
};
use maud::Markup;

use crate::{
    Web,
    error::Result,
    form::Posted,
    id::Id,
    visit::Operator,
    withdrawal::deciding::{self, Asked, Desk, Raw},
};

/// Its addresses; `{id}` is the application's.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/operator/withdrawals", get(list))
        .route("/operator/withdrawals/{id}/accept", post(accept))
        .route("/operator/withdrawals/{id}/decline", get(ask).post(decline))
}

fn desk(at: &Operator) -> Desk<'_> {
    Desk {
        visit: at,
        actor: &at.actor,
    }
}

async fn list(
    at: Operator,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    deciding::list(&desk(&at), &web, asked, Markup::default()).await
}

async fn accept(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    deciding::accept(&desk(&at), &web, id, posted).await
}

async fn ask(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    deciding::ask(&desk(&at), &web, id).await
}

async fn decline(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    deciding::decline(&desk(&at), &web, id, posted).await
}

//! `/municipal/withdrawals`: the coordinator decides the withdrawals of its registrar's route
//! until the period of the application is approved (R-WD-1).

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
    municipal::applications::tabs,
    visit::Municipal,
    withdrawal::deciding::{self, Asked, Desk, Raw},
};

/// Its addresses; `{id}` is the application's.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/municipal/withdrawals", get(list))
        .route("/municipal/withdrawals/{id}/accept", post(accept))
        .route(
            "/municipal/withdrawals/{id}/decline",
            get(ask).post(decline),
        )
}

fn desk(at: &Municipal) -> Desk<'_> {
    Desk {
        visit: at,
        actor: &at.actor,
    }
}

async fn list(
    at: Municipal,
    State(web): State<Web>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    deciding::list(&desk(&at), &web, asked, tabs("Отзывы")).await
}

async fn accept(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    deciding::accept(&desk(&at), &web, id, posted).await
}

async fn ask(at: Municipal, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    deciding::ask(&desk(&at), &web, id).await
}

async fn decline(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    deciding::decline(&desk(&at), &web, id, posted).await
}

//! `/operator/conclusions`: the Centre verifies conclusions, accepts or returns them, and opens
//! an accepted one anew until the order (R-CON-3).

use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use maud::{Markup, html};

use crate::{
    Web,
    asked::Asked,
    conclusion::judging::{self, Desk, Raw, Step, Wanted},
    error::Result,
    form::Posted,
    id::Id,
    visit::Operator,
};

/// Its addresses; `{id}` is the application's.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/operator/conclusions", get(list))
        .route("/operator/conclusions/{id}/accept", post(accept))
        .route("/operator/conclusions/{id}/reopen", post(reopen))
        .route(
            "/operator/conclusions/{id}/return",
            get(ask).post(give_back),
        )
}

fn desk(at: &Operator) -> Desk<'_> {
    Desk {
        visit: at,
        actor: &at.actor,
        heading: "Заключения",
    }
}

async fn list(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    let above = html! {
        p { a class="govuk-link" href="/operator/registers" { "Реестры передачи" } }
    };
    judging::list(&desk(&at), &web, wanted, above).await
}

async fn accept(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    judging::step(&desk(&at), &web, id, Step::Accept, posted).await
}

async fn reopen(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    judging::step(&desk(&at), &web, id, Step::Reopen, posted).await
}

async fn ask(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    judging::ask(&desk(&at), &web, id).await
}

async fn give_back(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    judging::give_back(&desk(&at), &web, id, posted).await
}

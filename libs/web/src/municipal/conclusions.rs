//! `/municipal/conclusions`: the coordinator checks signed conclusions and passes them to the
//! Centre by the 15th, or returns them (R-CON-2).

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
    municipal::applications::tabs,
    visit::Municipal,
};

/// The heading, and the words of the tab.
const HEADING: &str = "Итоговые заключения";

/// Its addresses; `{id}` is the application's.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/municipal/conclusions", get(list))
        .route("/municipal/conclusions/{id}/pass", post(pass))
        .route(
            "/municipal/conclusions/{id}/return",
            get(ask).post(give_back),
        )
}

fn desk(at: &Municipal) -> Desk<'_> {
    Desk {
        visit: at,
        actor: &at.actor,
        heading: HEADING,
    }
}

async fn list(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    let above = html! {
        (tabs(HEADING))
        p { a class="govuk-link" href="/municipal/conclusions/month" { "Закрытие месяца" } }
    };
    judging::list(&desk(&at), &web, wanted, above).await
}

async fn pass(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    judging::step(&desk(&at), &web, id, Step::Pass, posted).await
}

async fn ask(at: Municipal, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    judging::ask(&desk(&at), &web, id).await
}

async fn give_back(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    judging::give_back(&desk(&at), &web, id, posted).await
}

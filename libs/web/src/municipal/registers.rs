//! `/municipal/registers`: registers of what was handed over to the Centre, made from «Закрытие
//! месяца», and one of them (R-CON-2).

use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use maud::{Markup, html};
use serde::Deserialize;
use sheets::Format;

use super::month::{asked_month, page_of};
use crate::{
    Web, asked::Asked, error::Result, form::Posted, handover, id::Id, lists, page::Page,
    visit::Municipal,
};

const PATH: &str = "/municipal/registers";

/// Its addresses.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(list).post(make))
        .route("/municipal/registers/{id}", get(show))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    after: String,
    format: String,
}

async fn list(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    let after = lists::after(&wanted.after);
    let page = web.app.handovers(&at.actor, false, after).await?;
    Ok(Page::new(&at, "Реестры передачи")
        .back("/municipal/conclusions/month")
        .render(handover::table(PATH, &page, false)))
}

/// What the button «Сформировать реестр передачи» carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    month: String,
}

async fn make(at: Municipal, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let month = asked_month(&posted.take()?.month);
    let id = web.app.make_handover(&at.actor, month).await?;
    at.notify("Реестр передачи сформирован").await?;
    Ok(Redirect::to(&format!("{PATH}/{id}")).into_response())
}

async fn show(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    if wanted.format == "pdf" {
        return handover::paper(&web, &at.actor, id).await;
    }
    let view = web.app.handover(&at.actor, id).await?;
    if let Some(format) = Format::from_code(&wanted.format) {
        return handover::file(&web, at.actor.account, format, view).await;
    }
    let month = page_of(view.handover.month);
    Ok(Page::new(&at, &handover::title(&view.handover))
        .back(&month)
        .render(html! {
            (handover::facts(&view.handover, web.app.zone()))
            (handover::rows(&view, "/municipal"))
            (handover::download(&format!("{PATH}/{id}")))
        })
        .into_response())
}

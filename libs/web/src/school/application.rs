//! `/school/applications/{id}`: an application of the organisation, to be read.

use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};

use crate::{
    Web,
    asked::Asked,
    case, document_requests,
    error::Result,
    evidence,
    id::Id,
    page::Page,
    viewer::{Looking, Viewer},
    visit::School,
};

/// Its address.
pub fn router() -> Router<Web> {
    Router::new().route("/school/applications/{id}", get(show))
}

async fn show(
    at: School,
    State(web): State<Web>,
    Id(id): Id,
    Asked(looking): Asked<Looking>,
) -> Result<Markup> {
    let of = web.app.case(&at.actor, id).await?;
    let zone = web.app.zone();
    let heading = format!("Заявление {}", of.application.full_name());
    let lines = evidence::of_case(&of);
    let due = evidence::due(&of.criteria, of.application.procedure);
    let items = lines.iter().map(evidence::Line::item).collect();
    let base = format!("/school/applications/{id}");
    let viewer = Viewer::of(&web, &at.actor, base, items, &looking).await?;
    let body = html! {
        (case::application(&of, zone))
        (case::contacts(&of))
        h2 { "Карточка педагога" }
        (case::card(&of))
        h2 { "Документы" }
        (document_requests::note(&of.requests))
        (evidence::table(&lines, due, &viewer, zone))
        p { a class="govuk-link" href="/school/documents" { "Прикрепление документов" } }
        h2 { "Аттестационный период, специалисты, заключение" }
        (case::progress(&of))
        h2 { "История" }
        (case::history(&of, zone))
    };
    Ok(Page::new(&at, &heading)
        .back("/school")
        .render(viewer.beside(body)))
}

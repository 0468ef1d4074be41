//! `/school/applications/{id}`: an application of the organisation, to be read.

use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};

use crate::{Web, case, document_requests, error::Result, id::Id, page::Page, visit::School};

/// Its address.
pub fn router() -> Router<Web> {
    Router::new().route("/school/applications/{id}", get(show))
}

async fn show(at: School, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let of = web.app.case(&at.actor, id).await?;
    let zone = web.app.zone();
    let heading = format!("Заявление {}", of.application.full_name());
    Ok(Page::new(&at, &heading).back("/school").render(html! {
        (case::application(&of, zone))
        (case::contacts(&of))
        h2 { "Карточка педагога" }
        (case::card(&of))
        h2 { "Документы" }
        (document_requests::note(&of.requests))
        (case::documents(&of.documents, zone))
        p { a class="govuk-link" href="/school/documents" { "Прикрепление документов" } }
        h2 { "Аттестационный период, специалисты, заключение" }
        (case::progress(&of))
        h2 { "История" }
        (case::history(&of, zone))
    }))
}

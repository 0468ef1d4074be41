//! `/operator/reference` «Справочники»: the lists, for reading; an administrator keeps them.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use maud::{Markup, html};

use crate::{
    Result, Web,
    page::Page,
    reference::{self, HEADING},
    visit::Operator,
};

const PATH: &str = "/operator/reference";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/operator/reference/{list}", get(show_list))
}

async fn show(at: Operator, State(web): State<Web>) -> Result<Markup> {
    let lists = web.app.reference_lists(&at.actor).await?;
    Ok(Page::new(&at, HEADING).render(html! {
        p { "Из этих списков выбирают в заявлениях и карточках. Ведёт их администратор." }
        (reference::lists(PATH, &lists))
    }))
}

async fn show_list(
    at: Operator,
    State(web): State<Web>,
    Path(list): Path<String>,
) -> Result<Markup> {
    let list = reference::named(&list)?;
    let entries = web.app.reference_list(&at.actor, list).await?;
    Ok(Page::new(&at, list.name())
        .back(PATH)
        .render(reference::rows(list, &entries, None)))
}

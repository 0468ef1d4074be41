//! `/operator/transfers` «Переводы»: what moves between municipalities, to look at.

use axum::{Router, extract::State, routing::get};
use maud::Markup;

use crate::{Result, Web, page::Page, transfers, visit::Operator};

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/operator/transfers", get(show))
}

async fn show(at: Operator, State(web): State<Web>) -> Result<Markup> {
    let rows = web.app.transfers(&at.actor).await?;
    let page = Page::new(&at, "Переводы").back("/operator/municipalities");
    Ok(page.render(transfers::table(&rows, web.app.zone(), None)))
}

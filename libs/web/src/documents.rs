//! `/documents/{id}`: one file of an application, for every role that may read it. What was
//! uploaded, printed or scanned is opened here and nowhere else, so every opening is logged.

use axum::{Router, extract::State, response::Response, routing};

use crate::{Web, error::Result, id::Id, upload::download, visit::Person};

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/documents/{id}", routing::get(get))
}

async fn get(at: Person, State(web): State<Web>, Id(id): Id) -> Result<Response> {
    let (name, file) = web.app.open_file(&at.actor()?, id).await?;
    Ok(download(&name, file))
}

//! `/documents/{id}`: one file of an application, for every role that may read it, and pictures of its
//! pages. What was uploaded, printed or scanned is opened here and nowhere else, so every opening is
//! logged.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::Response,
    routing,
};
use domain::act::Act;
use serde::Deserialize;

use crate::{
    Web,
    asked::Asked,
    download::download,
    error::{Error, Result},
    id::Id,
    visit::Person,
};

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/documents/{id}", routing::get(get))
        .route("/documents/{id}/pages/{n}", routing::get(page))
}

// The id is read last: what is another role's business is 403 whatever stands in its place.
async fn get(at: Person, State(web): State<Web>, id: Result<Id>) -> Result<Response> {
    let actor = at.actor()?;
    if !web.app.ever(actor.role, Act::ReadDocument) {
        return Err(Error::Forbidden);
    }
    let Id(id) = id?;
    let (name, file) = web.app.open_file(&actor, id).await?;
    Ok(download(&name, file))
}

/// What proves that the opening of the document is in the log already.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    opened: String,
}

async fn page(
    at: Person,
    State(web): State<Web>,
    Path((id, page)): Path<(String, String)>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    let actor = at.actor()?;
    if !web.app.ever(actor.role, Act::ReadDocument) {
        return Err(Error::Forbidden);
    }
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let page = page.parse().map_err(|_| Error::NotFound)?;
    let file = web.app.open_page(&actor, id, page, &wanted.opened).await?;
    let mut response = download(&format!("{page}.jpg"), file);
    // Ours, made anew from the document: shown in place, not saved.
    let inline = HeaderValue::from_static("inline");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, inline);
    Ok(response)
}

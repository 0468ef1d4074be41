//! `/documents/{id}`: one file of an application, for every role that may read it. What was
//! uploaded, printed or scanned is opened here and nowhere else, so every opening is logged.

use axum::{Router, extract::State, response::Response, routing};
use domain::act::Act;

use crate::{
    Web,
    error::{Error, Result},
    id::Id,
    upload::download,
    visit::Person,
};

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/documents/{id}", routing::get(get))
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

//! `/orders/{id}`: the file of an order (распоряжение), for every role that may read a decision
//! of it. Operators list and record orders in their own cabinet.

use axum::{Router, extract::State, response::Response, routing};
use domain::act::Act;

use crate::{
    Web,
    download::download,
    error::{Error, Result},
    id::Id,
    visit::Person,
};

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/orders/{id}", routing::get(get))
}

// The id is read last: what is another role's business is 403 whatever stands in its place.
async fn get(at: Person, State(web): State<Web>, id: Result<Id>) -> Result<Response> {
    let actor = at.actor()?;
    if !web.app.ever(actor.role, Act::ReadOrders) {
        return Err(Error::Forbidden);
    }
    let Id(id) = id?;
    let (name, file) = web.app.open_order(&actor, id).await?;
    Ok(download(&name, file))
}

//! The administrator's console (02 §2.8).

mod audit;
mod export;
mod home;
mod municipalities;
mod municipality;
mod operators;
mod organisations;
mod policy;
mod reference;
mod retention;
mod samples;
mod settings;
mod templates;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .merge(audit::router())
        .merge(export::router())
        .merge(home::router())
        .merge(municipalities::router())
        .merge(municipality::router())
        .merge(operators::router())
        .merge(organisations::router())
        .merge(policy::router())
        .merge(reference::router())
        .merge(retention::router())
        .merge(samples::router())
        .merge(settings::router())
        .merge(templates::router())
}

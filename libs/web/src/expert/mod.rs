//! The expert: the teachers it is assigned to, their applications and conclusions.

mod application;
mod conclusion;
mod home;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .merge(application::router())
        .merge(conclusion::router())
        .merge(home::router())
}

//! The municipal coordinator's cabinet.

mod applications;
mod schedule;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .merge(applications::router())
        .merge(schedule::router())
}

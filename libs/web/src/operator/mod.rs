//! The operator's console over all municipalities.

mod applications;
mod queue;
mod schedule;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .merge(applications::router())
        .merge(queue::router())
        .merge(schedule::router())
}

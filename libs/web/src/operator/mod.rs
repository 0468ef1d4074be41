//! The operator's console over all municipalities.

mod applications;
mod conclusions;
mod queue;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .merge(applications::router())
        .merge(conclusions::router())
        .merge(queue::router())
}

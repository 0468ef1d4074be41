//! The operator's console over all municipalities.

mod applications;
mod conclusions;
mod queue;

mod withdrawals;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new().merge(withdrawals::router())
    Router::new()
        .merge(applications::router())
        .merge(conclusions::router())
        .merge(queue::router())
}

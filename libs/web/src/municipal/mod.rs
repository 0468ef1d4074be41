//! The municipal coordinator's cabinet.

mod applications;
mod conclusions;

mod withdrawals;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new().merge(withdrawals::router())
    Router::new()
        .merge(applications::router())
        .merge(conclusions::router())
}

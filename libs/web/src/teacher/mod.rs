//! (head to be written)

mod withdrawal;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new().merge(withdrawal::router())
}

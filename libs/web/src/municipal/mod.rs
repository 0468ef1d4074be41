//! (head to be written)

mod conclusions;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new().merge(conclusions::router())
}

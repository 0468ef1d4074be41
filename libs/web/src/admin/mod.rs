//! The administrator's console (02 §2.8).

mod audit;
mod home;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new().merge(audit::router()).merge(home::router())
}

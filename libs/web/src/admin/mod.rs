//! The administrator's console (02 §2.8).

mod home;
mod operators;
mod policy;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .merge(home::router())
        .merge(operators::router())
        .merge(policy::router())
}

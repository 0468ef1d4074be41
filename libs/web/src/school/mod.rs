//! The school coordinator: who of its organisation applied, documents and signed conclusions
//! attached for them. It never fills in, forms or submits.

mod application;
mod documents;
mod home;
mod withdrawals;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .merge(application::router())
        .merge(documents::router())
        .merge(home::router())
        .merge(withdrawals::router())
}

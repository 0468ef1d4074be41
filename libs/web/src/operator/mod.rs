//! The operator's console over all municipalities.

mod applications;
mod conclusions;
mod queue;
mod schedule;

mod withdrawals;
//! The operator's console over all municipalities (02 §2.7).

mod home;
mod municipalities;
mod organisations;
mod people;
mod periods;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new().merge(withdrawals::router())
    Router::new()
        .merge(applications::router())
        .merge(conclusions::router())
        .merge(queue::router())
        .merge(home::router())
        .merge(periods::router())
        .merge(municipalities::router())
        .merge(organisations::router())
        .merge(people::router())
        .merge(schedule::router())
}

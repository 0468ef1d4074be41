//! The operator's console over all municipalities (02 §2.7).

mod applications;
mod conclusions;
mod home;
mod municipalities;
mod orders;
mod organisations;
mod people;
mod periods;
mod queue;
mod registers;
mod schedule;
mod transfers;
mod withdrawals;

use axum::Router;

use crate::Web;

pub use queue::reason;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .merge(applications::router())
        .merge(conclusions::router())
        .merge(home::router())
        .merge(municipalities::router())
        .merge(orders::router())
        .merge(organisations::router())
        .merge(people::router())
        .merge(periods::router())
        .merge(queue::router())
        .merge(registers::router())
        .merge(schedule::router())
        .merge(transfers::router())
        .merge(withdrawals::router())
}

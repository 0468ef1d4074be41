//! The operator's console over all municipalities (02 §2.7).

mod applications;
mod conclusions;
mod corrections;
mod home;
mod journal;
mod municipalities;
mod orders;
mod organisations;
mod people;
mod periods;
mod print;
mod queue;
mod reference;
mod registers;
mod rescheduling;
mod schedule;
mod transfers;
mod withdrawals;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new()
        .merge(applications::router())
        .merge(conclusions::router())
        .merge(corrections::router())
        .merge(home::router())
        .merge(journal::router())
        .merge(municipalities::router())
        .merge(orders::router())
        .merge(organisations::router())
        .merge(people::router())
        .merge(periods::router())
        .merge(print::router())
        .merge(queue::router())
        .merge(reference::router())
        .merge(rescheduling::router())
        .merge(registers::router())
        .merge(schedule::router())
        .merge(transfers::router())
        .merge(withdrawals::router())
}

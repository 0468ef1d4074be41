//! The municipal coordinator's cabinet (02 §2.5).

mod applications;
mod conclusions;
mod experts;
mod home;
mod invitations;
mod journal;
mod month;
mod not_applied;
mod organisation_requests;
mod organisations;
mod people;
mod print;
mod registers;
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
        .merge(experts::router())
        .merge(home::router())
        .merge(invitations::router())
        .merge(journal::router())
        .merge(not_applied::router())
        .merge(organisation_requests::router())
        .merge(organisations::router())
        .merge(people::router())
        .merge(print::router())
        .merge(month::router())
        .merge(registers::router())
        .merge(schedule::router())
        .merge(transfers::router())
        .merge(withdrawals::router())
}

//! The municipal coordinator's cabinet.

mod applications;
mod conclusions;

mod withdrawals;
//! The municipal coordinator's cabinet (02 §2.5).

mod experts;
mod home;
mod invitations;
mod organisation_requests;
mod organisations;
mod people;
mod schedule;

use axum::Router;

use crate::Web;

/// The pages of this folder.
pub fn router() -> Router<Web> {
    Router::new().merge(withdrawals::router())
    Router::new()
        .merge(applications::router())
        .merge(conclusions::router())
        .merge(home::router())
        .merge(invitations::router())
        .merge(people::router())
        .merge(experts::router())
        .merge(organisations::router())
        .merge(organisation_requests::router())
    Router::new()
        .merge(applications::router())
        .merge(schedule::router())
}

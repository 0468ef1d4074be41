//! The pages, by who looks at them: `public`, `cabinet` (every signed-in person), `teacher`,
//! `school`, `municipal`, `expert`, `operator`, `admin`. The folder path is the address. A page
//! file reads top to bottom: `get`, `post`, the raw form, its `parse`, the page. No SQL and no
//! rules here: a handler asks a verb of `app` and shows what came of it.

pub mod asked;
pub mod case;
pub mod error;
pub mod form;
pub mod id;
pub mod lines;
pub mod page;
pub mod review;
pub mod session;
pub mod upload;
pub mod visit;

mod admin;
mod cabinet;
mod conclusion;
mod documents;
mod expert;
mod headers;
mod municipal;
mod operator;
mod public;
mod school;
mod teacher;

use std::sync::Arc;

use app::App;
use axum::{Router, middleware};
use redis::aio::ConnectionManager;

pub use error::{Error, Result};

/// What the pages need to know of the installation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the site is reached, without a trailing slash: links in letters start with it.
    pub base_url: String,
    /// Whether cookies are `__Host-` and Secure: the base address is https.
    pub secure: bool,
    /// Registrations an hour from one address.
    pub register_per_hour: u32,
    /// Failed sign-ins in 15 minutes to one account.
    pub login_per_account: u32,
    /// Failed sign-ins in 15 minutes from one address.
    pub login_per_address: u32,
    /// Uploads an hour by one account.
    pub upload_per_hour: u32,
}

/// What every handler has at hand. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    /// The verbs.
    pub app: App,
    /// Sessions and counters of limits.
    pub redis: ConnectionManager,
    /// The installation's settings.
    pub settings: Arc<Settings>,
}

/// All pages with their layers: sessions, who visits, errors as pages, headers.
pub fn router(web: Web) -> Router {
    Router::new()
        .merge(public::router())
        .merge(cabinet::router())
        .merge(documents::router())
        .merge(teacher::router())
        .merge(school::router())
        .merge(municipal::router())
        .merge(expert::router())
        .merge(operator::router())
        .merge(admin::router())
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::not_found)
        .layer(middleware::from_fn(error::render))
        .layer(middleware::from_fn(visit::layer))
        .layer(session::layer(&web))
        .layer(middleware::from_fn(headers::layer))
        .with_state(web)
}

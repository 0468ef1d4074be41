//! The pages, by who looks at them: `public`, `cabinet` (every signed-in person), `teacher`,
//! `school`, `municipal`, `expert`, `operator`, `admin`. The folder path is the address. A page
//! file reads top to bottom: `get`, `post`, the raw form, its `parse`, the page. No SQL and no
//! rules here: a handler asks a verb of `app` and shows what came of it. What several cabinets
//! show alike stands here at the top, named for the thing shown.

pub mod asked;
pub mod bulk;
pub mod case;
#[cfg(all(feature = "dev", debug_assertions))]
pub mod dev;
pub mod error;
pub mod form;
pub mod id;
pub mod lines;
pub mod narrowing;
pub mod page;
pub mod reference;
pub mod rejection;
pub mod review;
pub mod scan;
pub mod schedule;
pub mod session;
pub mod upload;
pub mod visit;

mod access;
mod admin;
mod cabinet;
mod checked;
mod conclusion;
mod describing;
mod device;
mod document_requests;
mod documents;
mod door;
mod download;
mod etag;
mod evidence;
mod expert;
mod figures;
mod handover;
mod headers;
mod invitations;
mod journal;
mod limits;
mod lists;
mod log;
mod memberships;
mod merge;
mod municipal;
mod municipal_schedules;
mod once;
mod operator;
mod orders;
mod organisations;
mod passkey;
mod print;
mod printouts;
mod public;
mod school;
mod sheet;
mod teacher;
mod transfers;
mod uploads;
mod viewer;
mod withdrawal;

use std::{sync::Arc, time::Duration};

use app::App;
use axum::{Router, middleware, response::IntoResponse as _};
use identity::Providers;
use ipnet::IpNet;
use redis::{
    RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

pub use app;
pub use error::{Error, Result};
pub use identity;

/// What the pages need to know of the installation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the site is reached, without a trailing slash: links in letters start with it.
    pub base_url: String,
    /// Whether `{slug}.` before the base address's host names a municipality.
    pub tenant_hosts: bool,
    /// Networks of the proxies before the server, whose word on addresses is believed.
    pub proxies: Vec<IpNet>,
    /// Whether cookies are `__Host-` and Secure: the base address is https.
    pub secure: bool,
    /// Registrations an hour from one address.
    pub register_per_hour: u32,
    /// Failed sign-ins in 15 minutes to one account.
    pub login_per_account: u32,
    /// Failed sign-ins in 15 minutes from one address.
    pub login_per_address: u32,
    /// The identity providers people may sign in with.
    pub providers: Providers,
    /// Uploads an hour by one account.
    pub upload_per_hour: u32,
    /// Exports an hour by one account.
    pub exports_per_hour: u32,
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

impl Web {
    /// What handlers need, with Redis at `redis_url`. Redis is connected to when first needed:
    /// readiness tells whether it is there.
    ///
    /// # Errors
    /// If the address is not one.
    pub fn open(app: App, redis_url: &str, settings: Settings) -> Result<Self, RedisError> {
        let client = redis::Client::open(redis_url)?;
        let config = ConnectionManagerConfig::new()
            // Who asks while it is away is told so soon, and who asks when it is back does not wait.
            .set_max_delay(Duration::from_millis(500))
            .set_connection_timeout(Some(Duration::from_secs(2)))
            .set_response_timeout(Some(Duration::from_secs(2)));
        Ok(Self {
            app,
            redis: ConnectionManager::new_lazy_with_config(client, config)?,
            settings: Arc::new(settings),
        })
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn check_redis(&self) -> Result<(), RedisError> {
        redis::cmd("PING")
            .query_async(&mut self.redis.clone())
            .await
    }
}

/// Gives routes that are served beside the pages the headers of every answer (SEC-32, SEC-33).
pub fn with_headers(routes: Router) -> Router {
    routes.layer(middleware::from_fn(headers::layer))
}

/// All pages with their layers: sessions, who visits, errors as pages, headers, the log.
pub fn router(web: Web) -> Router {
    Router::new()
        .merge(public::router())
        .merge(cabinet::router())
        .merge(documents::router())
        .merge(orders::router())
        .merge(printouts::router())
        .merge(uploads::router())
        .merge(teacher::router())
        .merge(school::router())
        .merge(municipal::router())
        .merge(municipal_schedules::router())
        .merge(expert::router())
        .merge(operator::router())
        .merge(admin::router())
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::not_found)
        // The innermost first.
        .layer(middleware::from_fn(form::layer))
        .layer(CatchPanicLayer::custom(|_| Error::Internal.into_response()))
        .layer(middleware::from_fn(error::patience))
        .layer(middleware::from_fn_with_state(web.clone(), visit::refusals))
        .layer(middleware::from_fn_with_state(web.clone(), once::layer))
        .layer(middleware::from_fn(visit::layer))
        // Of the layers so far: they do things as well.
        .layer(CatchPanicLayer::custom(|_| Error::Internal.into_response()))
        .layer(middleware::from_fn(error::render))
        .layer(session::layer(&web))
        .layer(middleware::from_fn(error::unsaved))
        .layer(middleware::from_fn(headers::layer))
        // Not what is compressed already.
        .layer(CompressionLayer::new().compress_when(headers::worth_compressing()))
        .layer(middleware::from_fn(headers::plain_for_other_sites))
        .layer(middleware::from_fn(log::layer))
        .layer(middleware::from_fn(once::to_its_end))
        .with_state(web)
}

//! The web process: reads its settings, opens the parts, serves the pages until a signal.
//! Thin: what a page does is `web`'s, what an act does `app`'s.

mod settings;

use std::{
    net::SocketAddr,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use axum::Router;
use clap::Parser;
use runtime::{
    config,
    hangup::on_hangup_or_every,
    health::{self, Check, Checks, Note},
    shutdown, telemetry,
};
use settings::Settings;
use tokio::net::TcpListener;
use web::Web;

/// How often the policy's file and the region's time zone are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// Веб-сервер системы «Аттестация».
#[derive(Parser)]
#[command(name = "server", version)]
struct Arguments {}

fn main() -> ExitCode {
    runtime::run(Settings::read, |_: Arguments| serve())
}

async fn serve() -> anyhow::Result<()> {
    let begun = Instant::now();
    let settings = config::from_env(Settings::read)?;
    let collector = settings.collector.as_ref();
    let exports = telemetry::serve(&settings.telemetry, collector, "server")?;
    let served = pages_until_signal(settings, begun).await;
    exports.end().await;
    served
}

async fn pages_until_signal(settings: Settings, begun: Instant) -> anyhow::Result<()> {
    let app = web::app::App::open(settings.app())
        .await
        .context("сервер не запущен")?;
    let pages_settings = settings.web().context("сервер не запущен")?;
    let web = Web::open(app, settings.redis.reveal(), pages_settings)
        .context("сервер не запущен: Redis")?;
    let checks = checks(&web);
    let app = web.app.clone();
    let public = bind(settings.listen).await?;
    let inner = bind(settings.health_listen).await?;

    let probes = web::with_headers(health::router(Arc::clone(&checks)));
    let pages = pages(&settings, web).merge(probes);
    let details = health::detailed_router(checks);
    tracing::info!(
        listen = %settings.listen,
        ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        "ready"
    );
    let deadline = Duration::from_secs(settings.stop_seconds.into());
    shutdown::run_until_signal(deadline, |stop| async move {
        let pages = axum::serve(
            public,
            pages.into_make_service_with_connect_info::<SocketAddr>(),
        )
        .with_graceful_shutdown(stop.clone().cancelled_owned());
        let details = axum::serve(inner, details).with_graceful_shutdown(stop.cancelled_owned());
        let served = async { tokio::try_join!(pages.into_future(), details.into_future()) };
        let looking = on_hangup_or_every(LOOK, async || {
            app.reload_policy().await;
            app.reload_zone().await;
        });
        tokio::select! {
            served = served => served.map(|_| ()).map_err(Into::into),
            failed = looking => failed.map(|never| match never {}).map_err(Into::into),
        }
    })
    .await
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("не удалось занять адрес {address}"))
}

fn checks(web: &Web) -> Checks {
    let (database, redis, store, policy) = (web.clone(), web.clone(), web.clone(), web.clone());
    Arc::new([
        Check::new("postgres", move || {
            let web = database.clone();
            async move { web.app.check_database().await }
        }),
        Check::new("redis", move || {
            let web = redis.clone();
            async move { web.check_redis().await }
        }),
        Check::new("s3", move || {
            let web = store.clone();
            async move { web.app.check_store().await }
        }),
        Check::note("policy", move || {
            let in_force = policy.app.policy_in_force();
            Note {
                text: in_force.short().to_owned(),
                problem: in_force.refused.clone(),
            }
        }),
    ])
}

#[cfg_attr(
    not(all(feature = "dev", debug_assertions)),
    expect(
        unused_variables,
        reason = "only the pages for development need settings"
    )
)]
fn pages(settings: &Settings, web: Web) -> Router {
    let pages = web::router(web);
    #[cfg(all(feature = "dev", debug_assertions))]
    let pages = pages.merge(settings.dev_pages());
    pages
}

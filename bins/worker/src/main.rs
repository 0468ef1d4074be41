//! The worker: sends letters, prints papers, reads scans and draws documents until a signal. Thin: what a letter
//! says and what becomes of a job is `app`'s, how a paper looks is `documents`', what stands on a
//! scan is `scans`'.

mod clamd;
mod post;
mod preview;
mod print;
mod printout;
mod quarantine;
mod retention;
mod scan;
mod settings;
mod typeset;
mod watch;
mod work;

use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use app::App;
use clap::Parser;
use post::Post;
use runtime::{
    config::{self, Antivirus},
    hangup::on_hangup_or_every,
    health::{self, Check, Checks, Note},
    shutdown, telemetry,
};
use settings::Settings;
use tokio::{net::TcpListener, sync::Notify};
use tokio_util::sync::CancellationToken;

/// How often the policy's file and the region's time zone are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// Фоновые задания системы «Аттестация»: письма и документы.
#[derive(Parser)]
#[command(name = "worker", version)]
struct Arguments {}

fn main() -> ExitCode {
    if typeset::is_asked() {
        return typeset::child();
    }
    runtime::run(Settings::read, |_: Arguments| run())
}

async fn run() -> anyhow::Result<()> {
    let settings = config::from_env(Settings::read)?;
    let collector = settings.collector.as_ref();
    let exports = telemetry::serve(&settings.telemetry, collector, "worker")?;
    let worked = work_until_signal(settings).await;
    exports.end().await;
    worked
}

async fn work_until_signal(settings: Settings) -> anyhow::Result<()> {
    let post = Post::new(&settings.mail, settings.base_url.host())
        .context("настройки почты не подходят")?;
    let app = App::open(settings.app())
        .await
        .context("фоновые задания не запущены")?;
    app.declare_virus_check(settings.antivirus.is_some())
        .await
        .context("не удалось сообщить, проверяются ли файлы на вирусы")?;
    app.declare_templates(documents::source)
        .await
        .context("не удалось записать встроенные шаблоны документов")?;
    let antivirus = settings.antivirus.clone();
    let health = TcpListener::bind(settings.health_listen)
        .await
        .with_context(|| format!("не удалось занять адрес {}", settings.health_listen))?;
    tracing::info!("ready");
    let deadline = Duration::from_secs(settings.stop_seconds.into());
    let base_url = settings.base_url.as_str().to_owned();
    shutdown::run_until_signal(deadline, |stop| async move {
        let health = axum::serve(health, health::detailed_router(checks(&app)))
            .with_graceful_shutdown(stop.clone().cancelled_owned());
        let work = async {
            let (served, ()) = tokio::join!(
                health.into_future(),
                all(&app, &post, antivirus.as_ref(), &base_url, stop)
            );
            served
        };
        let looking = on_hangup_or_every(LOOK, async || {
            app.reload_policy().await;
            app.reload_zone().await;
        });
        tokio::select! {
            served = work => Ok(served?),
            failed = looking => failed.map(|never| match never {}).map_err(Into::into),
        }
    })
    .await
}

async fn all(
    app: &App,
    post: &Post,
    antivirus: Option<&Antivirus>,
    base_url: &str,
    stop: CancellationToken,
) {
    let [letters, jobs, exports, printouts, files, scans, previews] =
        [(); 7].map(|()| Arc::new(Notify::new()));
    let woken = [
        &letters, &jobs, &exports, &printouts, &files, &scans, &previews,
    ]
    .map(Arc::clone);
    tokio::join!(
        work::wake(app.clone(), woken, stop.clone()),
        work::repeat(letters, stop.clone(), || work::letter(app, post, base_url)),
        work::repeat(jobs, stop.clone(), || work::job(app)),
        work::repeat(exports, stop.clone(), || work::export(app)),
        work::repeat(printouts, stop.clone(), || printout::printout(app)),
        work::repeat(files, stop.clone(), || quarantine::check(app, antivirus)),
        work::repeat(scans, stop.clone(), || scan::scan(app)),
        work::repeat(previews, stop.clone(), || preview::preview(app)),
        work::sometimes(stop.clone(), || app.clear_printouts()),
        work::sometimes(stop.clone(), || app.clear_uploads()),
        work::sometimes(stop.clone(), || app.clear_orphans()),
        work::sometimes(stop.clone(), || retention::destroy(app, &stop)),
        work::sometimes(stop.clone(), || app.remind_of_terms()),
        // Nobody gives notice of acts and of lines of the audit: these loops ask.
        work::repeat(Arc::default(), stop.clone(), || retention::print(app)),
        watch::watch(app, stop.clone()),
        work::repeat(Arc::default(), stop.clone(), || app
            .seal_audit(work::UNSEALED)),
    );
}

fn checks(app: &App) -> Checks {
    let (database, store, policy) = (app.clone(), app.clone(), app.clone());
    Arc::new([
        Check::new("postgres", move || {
            let app = database.clone();
            async move { app.check_database().await }
        }),
        Check::new("s3", move || {
            let app = store.clone();
            async move { app.check_store().await }
        }),
        Check::note("policy", move || {
            let in_force = policy.policy_in_force();
            Note {
                text: in_force.short().to_owned(),
                problem: in_force.refused.clone(),
            }
        }),
    ])
}

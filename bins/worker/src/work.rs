//! The loops: claim, do, mark, and wait when nothing is due. A loop stops only between two
//! pieces of work; what the machine loses on the way is claimed again after its lease.

use std::{sync::Arc, time::Duration};

use app::{
    App,
    letters::{Letter, NotSent},
    print::{Gathered, Job},
};
use opentelemetry::KeyValue;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use crate::{
    post::Post,
    print, typeset,
    watch::{Outcome, Watched},
};

/// How long a loop sleeps without a notice. Back-offs end without one.
const POLL: Duration = Duration::from_secs(5);

/// How long a line of the audit may wait for its seal while there are few.
pub const UNSEALED: Duration = Duration::from_secs(60);

/// How often it is looked whether anything has had its time: to be cleared away, or reminded of.
const PERIOD: Duration = Duration::from_secs(600);

/// How long a loop waits after the database did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Wakes the loops whenever work is queued, until the stop.
pub async fn wake(app: App, loops: [Arc<Notify>; 7], stop: CancellationToken) {
    let listening = async {
        loop {
            if let Err(error) = listen(&app, &loops).await {
                tracing::warn!(%error, "no notices of work");
                tokio::time::sleep(PAUSE).await;
            }
        }
    };
    stop.run_until_cancelled(listening).await;
}

async fn listen(app: &App, loops: &[Arc<Notify>; 7]) -> app::Result<()> {
    let mut notices = app.listen().await?;
    loop {
        notices.next().await?;
        loops.iter().for_each(|each| each.notify_one());
    }
}

/// Repeats `step`, which says whether there was anything to do, until the stop.
pub async fn repeat<F, Fut>(woken: Arc<Notify>, stop: CancellationToken, step: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = app::Result<bool>>,
{
    while !stop.is_cancelled() {
        let pause = match step().await {
            Ok(true) => continue,
            Ok(false) => POLL,
            Err(error) => {
                tracing::error!(%error, "work interrupted");
                PAUSE
            }
        };
        tokio::select! {
            () = woken.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Does `step` every now and then, until the stop; what fails is tried again the next time.
pub async fn sometimes<F, Fut>(stop: CancellationToken, step: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = app::Result<()>>,
{
    while stop
        .run_until_cancelled(tokio::time::sleep(PERIOD))
        .await
        .is_some()
    {
        if let Err(error) = step().await {
            tracing::error!(%error, "what is done every now and then is interrupted");
        }
    }
}

/// The span of one piece of work: it goes on with the trace the work was asked for in, so that
/// the lines of the log about both are joined. Of the level of an error, so that whoever hears
/// errors only is told their trace.
pub fn span(what: &str, kind: &str, tenant: Option<i32>, trace: &str) -> Span {
    let span = tracing::error_span!(
        "work",
        otel.name = format!("{what} {kind}"),
        otel.kind = "consumer",
        trace = tracing::field::Empty,
    );
    trace::resume(&span, trace);
    let tenant = tenant.map(|tenant| KeyValue::new("attest.tenant", i64::from(tenant)));
    trace::tell(&span, tenant);
    span
}

/// The span of a job.
pub fn of_job(job: &Job) -> Span {
    span("job", job.kind.code(), Some(job.tenant.0), &job.trace)
}

/// Sends one letter, if one is due.
pub async fn letter(app: &App, post: &Post, base_url: &str) -> app::Result<bool> {
    let Some(letter) = app.claim_letter().await? else {
        return Ok(false);
    };
    let tenant = letter.tenant.map(|tenant| tenant.0);
    let span = span("letter", letter.kind.code(), tenant, &letter.trace);
    send(app, post, base_url, &letter).instrument(span).await
}

async fn send(app: &App, post: &Post, base_url: &str, letter: &Letter) -> app::Result<bool> {
    let watched = Watched::begin("letter", letter.kind.code());
    let (id, kind, tries) = (letter.public_id, letter.kind.code(), letter.tries);
    let mail = match app.compose(letter, base_url).await {
        Ok(Some(mail)) => mail,
        Ok(None) => {
            tracing::info!(%id, kind, "a letter has become pointless");
            app.letter_not_sent(letter, NotSent::Never).await?;
            watched.ended(Outcome::Dropped);
            return Ok(true);
        }
        Err(error) => {
            tracing::error!(%id, kind, tries, %error, "a letter cannot be composed");
            app.letter_not_sent(letter, NotSent::Later).await?;
            watched.ended(Outcome::NotDone);
            return Ok(true);
        }
    };
    let relay = tracing::error_span!("relay", otel.kind = "client");
    match post.send(&mail).instrument(relay).await {
        Ok(()) => {
            app.letter_sent(letter).await?;
            watched.ended(Outcome::Done);
            tracing::info!(%id, kind, tries, "a letter is sent");
        }
        Err(fault) => {
            let why = fault.why();
            // The relay's answer may quote the address: only what kind of fault it was.
            tracing::warn!(%id, kind, tries, ?why, code = fault.code(), "a letter is not sent");
            app.letter_not_sent(letter, why).await?;
            watched.ended(Outcome::NotDone);
        }
    }
    Ok(true)
}

/// Does one job, if one is due.
pub async fn job(app: &App) -> app::Result<bool> {
    let Some(job) = app.claim_job().await? else {
        return Ok(false);
    };
    print_paper(app, &job).instrument(of_job(&job)).await
}

async fn print_paper(app: &App, job: &Job) -> app::Result<bool> {
    let watched = Watched::begin("job", job.kind.code());
    let (id, tenant, tries) = (job.id, job.tenant.0, job.tries);
    let Gathered { print, template } = match app.gather(job).await {
        Ok(Some(gathered)) => gathered,
        Ok(None) => {
            watched.ended(Outcome::Dropped);
            return Ok(true);
        }
        Err(app::Error::Forbidden) => {
            tracing::warn!(id, tenant, "whoever asked for a job may no longer");
            watched.ended(Outcome::Dropped);
            return Ok(true);
        }
        Err(error) => {
            tracing::error!(id, tenant, tries, %error, "a job cannot be started");
            app.job_later(job).await?;
            watched.ended(Outcome::NotDone);
            return Ok(true);
        }
    };
    let name = print::file_name(&print);
    let printed = match print::paper(print) {
        Ok(paper) => typeset::typeset(paper, &template).await,
        Err(error) => Err(error.into()),
    };
    let kept = match printed.map_err(|error| error.to_string()) {
        Ok((printed, version)) => app
            .keep_print(job, &name, version, printed.pdf.into())
            .await
            .map_err(|error| error.to_string()),
        Err(error) => Err(error),
    };
    match kept {
        Ok(()) => {
            tracing::info!(id, tenant, tries, "a paper is printed");
            watched.ended(Outcome::Done);
        }
        Err(error) => {
            tracing::error!(id, tenant, tries, error, "a paper is not printed");
            app.job_later(job).await?;
            watched.ended(Outcome::NotDone);
        }
    }
    Ok(true)
}

/// Makes one export of a municipality, if one is due. A loop of its own: it may take hours.
pub async fn export(app: &App) -> app::Result<bool> {
    let Some(job) = app.claim_export().await? else {
        return Ok(false);
    };
    make_export(app, &job).instrument(of_job(&job)).await
}

async fn make_export(app: &App, job: &Job) -> app::Result<bool> {
    let watched = Watched::begin("job", job.kind.code());
    let (id, tenant, tries) = (job.id, job.tenant.0, job.tries);
    let outcome = match app.make_export(job).await {
        Ok(()) => {
            tracing::info!(id, tenant, tries, "a municipality is exported");
            Outcome::Done
        }
        Err(app::Error::Forbidden) => {
            tracing::warn!(id, tenant, "whoever asked for an export may no longer");
            Outcome::Dropped
        }
        Err(app::Error::Stale) => {
            tracing::warn!(id, tenant, tries, "another attempt makes the export");
            Outcome::Dropped
        }
        Err(error) => {
            tracing::error!(id, tenant, tries, %error, source = ?std::error::Error::source(&error), "a municipality is not exported");
            app.export_later(job).await?;
            Outcome::NotDone
        }
    };
    watched.ended(outcome);
    Ok(true)
}

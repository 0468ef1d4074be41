//! Scans of coded papers: fetched, read on a blocking thread, one at a time. What is told of one is
//! `app`'s; a file no scan can be made of is an answer, too.

use app::{App, print::Job};
use tracing::Instrument as _;

use crate::{
    watch::{Outcome, Watched},
    work,
};

/// Why a scan was not read this time.
#[derive(Debug, thiserror::Error)]
enum Error {
    /// The database or the store did not answer.
    #[error(transparent)]
    App(#[from] app::Error),
    /// The disk did not take it, or poppler is missing.
    #[error("скан не удалось прочитать на этой машине: {0}")]
    Machine(#[from] std::io::Error),
    /// The thread of reading ended badly.
    #[error("чтение скана прервалось: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

/// Reads one scan, if one is due.
pub async fn scan(app: &App) -> app::Result<bool> {
    let Some(job) = app.claim_scan().await? else {
        return Ok(false);
    };
    let span = work::of_job(&job);
    read_or_later(app, &job).instrument(span).await
}

async fn read_or_later(app: &App, job: &Job) -> app::Result<bool> {
    let (id, tenant, tries) = (job.id, job.tenant.0, job.tries);
    let watched = Watched::begin("job", job.kind.code());
    let outcome = match read(app, job).await {
        Ok(()) => Outcome::Done,
        Err(error) => {
            tracing::error!(id, tenant, tries, %error, "a scan is not read");
            app.scan_later(job).await?;
            Outcome::NotDone
        }
    };
    watched.ended(outcome);
    Ok(true)
}

async fn read(app: &App, job: &Job) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("scan");
    let Some(scan) = app.fetch_scan(job, &file).await? else {
        return Ok(());
    };
    let inside = folder.path().to_owned();
    let read = tokio::task::spawn_blocking(move || scans::read(&file, &inside)).await?;
    let read = match read {
        Ok(sheets) => Ok(sheets),
        Err(scans::Error::Unopened(why)) => Err(why),
        Err(scans::Error::Machine(error)) => return Err(error.into()),
    };
    let verdict = app.keep_scan_read(job, &scan, read).await?;
    let (id, tenant) = (job.id, job.tenant.0);
    tracing::info!(
        id,
        tenant,
        findings = verdict.findings.len(),
        "a scan is read"
    );
    Ok(())
}

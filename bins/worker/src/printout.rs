//! Printouts: what a person asked to have printed or packed, made on disk in parts of a bounded
//! size and joined there, so that memory does not grow with its length.

mod applications;
mod joined;
mod journal;
mod lists;

use std::{io, path::PathBuf, time::Duration};

use app::{
    App,
    printouts::{Request, making::Attempt},
};
use applications::Asked;

/// How often the lease of five minutes is renewed.
const HOLD: Duration = Duration::from_secs(60);

/// What was made: the file and how it is downloaded.
struct Made {
    file: PathBuf,
    name: String,
    content_type: &'static str,
}

/// Why a printout was not made.
#[derive(Debug, thiserror::Error)]
enum Error {
    /// The database or the store did not answer, or another attempt has taken over.
    #[error(transparent)]
    App(#[from] app::Error),
    /// A template is at fault.
    #[error(transparent)]
    Document(#[from] documents::Error),
    /// The disk did not take a part.
    #[error("диск не принял часть документа: {0}")]
    Disk(#[from] io::Error),
    /// `qpdf` is missing or does not take what we printed; its words.
    #[error("части документа не соединились: {0}")]
    Join(String),
    /// A thread of work ended badly.
    #[error("печать прервалась: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

/// Makes one printout, if one is due.
pub async fn printout(app: &App) -> app::Result<bool> {
    let attempt = match app.claim_printout().await {
        Ok(Some(attempt)) => attempt,
        Ok(None) => return Ok(false),
        Err(app::Error::Forbidden) => {
            tracing::warn!("whoever asked for a printout may no longer");
            return Ok(true);
        }
        Err(error) => return Err(error),
    };
    let (id, kind, tries) = (attempt.id, attempt.request.kind(), attempt.tries);
    let made = tokio::select! {
        made = make(app, &attempt) => made,
        lost = hold(app, &attempt) => Err(lost.into()),
    };
    match made {
        Ok(()) => tracing::info!(id, kind, tries, "a printout is made"),
        Err(Error::App(app::Error::Stale)) => {
            tracing::warn!(id, kind, tries, "another attempt makes the printout");
        }
        Err(error) => {
            tracing::error!(id, kind, tries, %error, "a printout is not made");
            app.printout_later(&attempt).await?;
        }
    }
    Ok(true)
}

/// Keeps the lease while the making lasts; ends when another attempt has it.
async fn hold(app: &App, attempt: &Attempt) -> app::Error {
    loop {
        tokio::time::sleep(HOLD).await;
        match app.hold_printout(attempt).await {
            Err(lost @ app::Error::Stale) => return lost,
            Err(error) => tracing::warn!(%error, "a printout's lease is not renewed"),
            Ok(()) => {}
        }
    }
}

async fn make(app: &App, attempt: &Attempt) -> Result<(), Error> {
    // Gone with all its parts when this ends, however it ends.
    let folder = tempfile::tempdir()?;
    let made = match &attempt.request {
        Request::Journal {
            from,
            to,
            municipality,
        } => {
            let filter = journal::filter(*from, *to, *municipality);
            journal::make(app, attempt, filter, folder.path()).await?
        }
        Request::Schedule { period } => {
            lists::schedule(app, attempt, *period, folder.path()).await?
        }
        Request::Handover { municipality, id } => {
            lists::handover(app, attempt, *municipality, *id, folder.path()).await?
        }
        Request::Applications { of, format, reason } => {
            let asked = Asked {
                of,
                format: *format,
                reason,
            };
            applications::make(app, attempt, &asked, folder.path()).await?
        }
    };
    app.keep_printout(attempt, &made.name, made.content_type, &made.file)
        .await?;
    Ok(())
}

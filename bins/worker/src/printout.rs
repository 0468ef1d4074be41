//! Printouts: what a person asked to have printed or packed, made on disk in parts of a bounded
//! size and joined there, so that memory does not grow with its length.

mod applications;
mod archive;
mod joined;
mod journal;
mod lists;
mod names;
mod own_data;
mod papers;
mod sample;

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use app::{
    App,
    printouts::{
        Request,
        making::{self, Attempt},
    },
};
use applications::Asked;
use tracing::Instrument as _;

use crate::{
    typeset,
    watch::{Outcome, Watched},
    work,
};

/// How often the lease of five minutes is renewed.
const HOLD: Duration = Duration::from_secs(60);

/// What was made: the file and how it is downloaded.
struct Made {
    file: PathBuf,
    name: String,
    content_type: &'static str,
    /// By which version of its template.
    template_version: i32,
}

impl Made {
    /// A paper typeset by the template of its kind that is in force.
    async fn paper(
        app: &App,
        paper: documents::Paper,
        name: String,
        folder: &Path,
    ) -> Result<Self, Error> {
        let template = app.template_in_force(paper.kind()).await?;
        let (printed, template_version) = typeset::typeset(paper, &template).await?;
        let file = folder.join("paper.pdf");
        tokio::fs::write(&file, printed.pdf).await?;
        Ok(Self {
            file,
            name,
            content_type: "application/pdf",
            template_version,
        })
    }
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
    /// The typesetting went wrong.
    #[error(transparent)]
    Typeset(#[from] typeset::Error),
    /// The version of a template that was tried prints no sample.
    #[error("образец не напечатан: {0}")]
    Refused(documents::Faults),
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
    let tenant = attempt.municipality.map(|tenant| tenant.0);
    let span = work::span("printout", attempt.request.kind(), tenant, &attempt.trace);
    print(app, &attempt).instrument(span).await
}

async fn print(app: &App, attempt: &Attempt) -> app::Result<bool> {
    let (id, kind, tries) = (attempt.id, attempt.request.kind(), attempt.tries);
    let watched = Watched::begin("printout", kind);
    let made = tokio::select! {
        made = make(app, attempt) => made,
        lost = hold(app, attempt) => Err(lost.into()),
    };
    let outcome = match made {
        Ok(()) => {
            tracing::info!(id, kind, tries, "a printout is made");
            Outcome::Done
        }
        Err(Error::App(app::Error::Stale)) => {
            tracing::warn!(id, kind, tries, "another attempt makes the printout");
            Outcome::Dropped
        }
        Err(Error::Refused(faults)) => {
            tracing::info!(id, kind, tries, %faults, "a template is refused");
            app.printout_failed(attempt).await?;
            Outcome::Dropped
        }
        Err(error) => {
            tracing::error!(id, kind, tries, %error, "a printout is not made");
            app.printout_later(attempt).await?;
            Outcome::NotDone
        }
    };
    watched.ended(outcome);
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
        Request::Annex { order } => papers::annex(app, *order, folder.path()).await?,
        Request::Consent {} => papers::consent(app, attempt, folder.path()).await?,
        Request::OwnData {} => own_data::pack(app, attempt, folder.path()).await?,
        Request::Destruction { municipality } => {
            papers::destruction(app, *municipality, folder.path()).await?
        }
        Request::Sample { template, version } => {
            sample::make(app, *template, *version, folder.path()).await?
        }
    };
    let kept = making::Made {
        name: &made.name,
        content_type: made.content_type,
        template_version: made.template_version,
    };
    app.keep_printout(attempt, &kept, &made.file).await?;
    Ok(())
}

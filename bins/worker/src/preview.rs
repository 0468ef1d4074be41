//! Pictures of documents' pages for the viewer: a document is fetched, its pages are drawn one by one
//! on a blocking thread, and each lies in the store before the next is drawn. What cannot be shown is
//! an answer, too.

mod picture;

use app::{
    App,
    previews::{Unshown, Wanted},
};
use pages::{Fault, Pages};

/// The most pages of a document that are drawn.
const MOST: u32 = 60;

/// Why a document was not drawn this time.
#[derive(Debug, thiserror::Error)]
enum Error {
    /// The database or the store did not answer.
    #[error(transparent)]
    App(#[from] app::Error),
    /// The document is at fault, or this machine.
    #[error(transparent)]
    Pages(#[from] pages::Error),
    /// The disk has no room for it.
    #[error("документ не удалось показать на этой машине: {0}")]
    Machine(#[from] std::io::Error),
    /// The thread of drawing ended badly.
    #[error("рисование страниц прервалось: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

/// Makes the pictures of one document, if one is due.
pub async fn preview(app: &App) -> app::Result<bool> {
    let Some(wanted) = app.claim_preview().await? else {
        return Ok(false);
    };
    let (id, tenant, tries) = (wanted.id, wanted.tenant.0, wanted.tries);
    match make(app, &wanted).await {
        Ok((pages, total)) => {
            app.preview_done(&wanted, pages, total).await?;
            tracing::info!(id, tenant, pages, total, "a document is drawn");
        }
        Err(Error::Pages(pages::Error::File(fault))) => {
            let why = unshown(fault);
            app.preview_unshown(&wanted, why).await?;
            tracing::info!(id, tenant, ?why, "a document is not to be shown");
        }
        Err(Error::App(app::Error::NotFound)) => {
            app.preview_unshown(&wanted, Unshown::Failed).await?;
            tracing::warn!(id, tenant, "a document to be drawn has no bytes");
        }
        Err(error) => {
            tracing::error!(id, tenant, tries, %error, "a document is not drawn");
            app.preview_later(&wanted).await?;
        }
    }
    Ok(true)
}

/// Draws a document into the store: how many pages, of how many.
async fn make(app: &App, wanted: &Wanted) -> Result<(u32, u32), Error> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("document");
    app.fetch_previewed(wanted, &file).await?;
    let root = folder.path().to_owned();
    let opened = tokio::task::spawn_blocking(move || {
        let pages = Pages::of(&file, &root)?;
        Ok::<_, pages::Error>((picture::count(&pages)?, pages))
    });
    let (total, pages) = opened.await??;
    let most = total.min(MOST);
    for page in 1..=most {
        let drawing = pages.clone();
        match tokio::task::spawn_blocking(move || picture::draw(&drawing, page)).await? {
            Ok(picture) => app.keep_page(wanted, page, picture.into()).await?,
            // What was drawn before a page that does not draw can be looked at.
            Err(pages::Error::File(_)) if page > 1 => return Ok((page - 1, total)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((most, total))
}

/// What a fault of a file is called where its pages would be.
const fn unshown(fault: Fault) -> Unshown {
    match fault {
        Fault::Locked => Unshown::Locked,
        Fault::Large => Unshown::Large,
        Fault::Broken | Fault::OtherKind => Unshown::Broken,
    }
}

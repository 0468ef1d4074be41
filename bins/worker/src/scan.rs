//! The loop of the quarantine (SEC-63): what waits is shown to the scanner; without a verdict it
//! waits on, however long, and nobody gets it.

use app::{App, scans::Waiting};
use runtime::config::Scanner;

use crate::clamd::{self, Verdict};

/// Has one object looked through, if one waits.
pub async fn scan(app: &App, scanner: Option<&Scanner>) -> app::Result<bool> {
    let Some(waiting) = app.claim_scan().await? else {
        return Ok(false);
    };
    let Some(scanner) = scanner else {
        // It came before this installation lost its scanner, or before it had a worker.
        app.scan_clean(&waiting, false).await?;
        return Ok(true);
    };
    if let Err(error) = look(app, scanner, &waiting).await {
        let (of, id, tries) = (waiting.of, waiting.id, waiting.tries);
        tracing::error!(?of, id, tries, error, "a file is not looked through");
        app.scan_later(&waiting).await?;
    }
    Ok(true)
}

async fn look(app: &App, scanner: &Scanner, waiting: &Waiting) -> Result<(), String> {
    let (of, id) = (waiting.of, waiting.id);
    let words = |error: app::Error| error.to_string();
    let Some(bytes) = app.waiting_bytes(waiting).await.map_err(words)? else {
        // Another row named the same object, and that was refused.
        tracing::warn!(?of, id, "a file that waited has no object");
        return app.scan_refused(waiting).await.map_err(words);
    };
    match clamd::scan(scanner, bytes).await {
        Ok(Verdict::Clean) => app.scan_clean(waiting, true).await.map_err(words),
        Ok(Verdict::Found(signature)) => {
            tracing::warn!(?of, id, signature, "a virus is found");
            app.scan_refused(waiting).await.map_err(words)
        }
        Err(error) => Err(error.to_string()),
    }
}

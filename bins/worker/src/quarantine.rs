//! The loop of the quarantine (SEC-63): what waits is shown to the antivirus; without a verdict it
//! waits on, however long, and nobody gets it.

use app::{App, quarantine::Waiting};
use runtime::config::Antivirus;

use crate::clamd::{self, Verdict};

/// Has one object looked through, if one waits.
pub async fn check(app: &App, antivirus: Option<&Antivirus>) -> app::Result<bool> {
    let Some(waiting) = app.claim_quarantined().await? else {
        return Ok(false);
    };
    let Some(antivirus) = antivirus else {
        // It came before this installation lost its antivirus, or before it had a worker.
        app.quarantine_clean(&waiting, false).await?;
        return Ok(true);
    };
    if let Err(error) = look(app, antivirus, &waiting).await {
        let (of, id, tries) = (waiting.of, waiting.id, waiting.tries);
        tracing::error!(?of, id, tries, error, "a file is not looked through");
        app.quarantine_later(&waiting).await?;
    }
    Ok(true)
}

async fn look(app: &App, antivirus: &Antivirus, waiting: &Waiting) -> Result<(), String> {
    let (of, id) = (waiting.of, waiting.id);
    let words = |error: app::Error| error.to_string();
    let Some(bytes) = app.quarantined_bytes(waiting).await.map_err(words)? else {
        // Another row named the same object, and that was refused.
        tracing::warn!(?of, id, "a file that waited has no object");
        return app.quarantine_refused(waiting).await.map_err(words);
    };
    match clamd::scan(antivirus, bytes).await {
        Ok(Verdict::Clean) => app.quarantine_clean(waiting, true).await.map_err(words),
        Ok(Verdict::Found(signature)) => {
            tracing::warn!(?of, id, signature, "a virus is found");
            app.quarantine_refused(waiting).await.map_err(words)
        }
        Err(error) => Err(error.to_string()),
    }
}

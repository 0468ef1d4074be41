//! Documents whose pages are to be made pictures of. A claim is a lease, as of what waits in
//! quarantine; a document that is tried too often is told to be shown by nobody here.

use domain::actor::TenantId;

use super::GIVEN_UP;
use crate::{error::Result, previews::Unshown, scope::WorkerTx};

/// How often one is tried.
const TRIES: i32 = 5;

/// A document to make pictures of, claimed.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The municipality.
    pub tenant: TenantId,
    /// The number inside.
    pub id: i64,
    /// Where page `n` is to lie, under `n`.
    pub folder: String,
    /// The number of its file.
    pub file: i64,
    /// How often it was tried, this time included.
    pub tries: i32,
}

/// Claims the document asked for last, of all municipalities: somebody is looking at it, whatever was
/// queued by the hundred before. The scope stands in none.
///
/// # Errors
/// If the database does not answer.
pub async fn claim(tx: &mut WorkerTx) -> Result<Option<Wanted>> {
    // What takes the process down at each try puts nothing off itself: it ends as if it had.
    let given_up = sqlx::query_scalar!(
        "UPDATE app.preview SET state = 'unshown', reason = $1
         WHERE state = 'open' AND run_after <= now() AND tries >= $2 RETURNING id",
        Unshown::Failed as Unshown,
        TRIES
    )
    .fetch_all(tx.connection())
    .await?;
    for id in given_up {
        tracing::error!(id, kind = "preview", "{GIVEN_UP}");
    }
    let row = sqlx::query!(
        r#"UPDATE app.preview SET tries = tries + 1, run_after = now() + interval '15 minutes',
             folder = coalesce(folder, 't/' || tenant_id || '/preview/' || gen_random_uuid())
           WHERE (tenant_id, id) = (SELECT tenant_id, id FROM app.preview
             WHERE state = 'open' AND run_after <= now() ORDER BY id DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING tenant_id, id, folder AS "folder!", file_id, tries"#
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Wanted {
        tenant: TenantId(row.tenant_id),
        id: row.id,
        folder: row.folder,
        file: row.file_id,
        tries: row.tries,
    }))
}

/// The key of the document's own bytes, while it is given out. The scope stands in its municipality.
///
/// # Errors
/// If the database does not answer.
pub async fn source(tx: &mut WorkerTx, wanted: &Wanted) -> Result<Option<String>> {
    let key = sqlx::query_scalar!(
        "SELECT app.served_key(f.s3_key, f.virus_state) FROM app.file f
         WHERE f.tenant_id = app.ctx_tenant() AND f.id = $1",
        wanted.file,
    )
    .fetch_optional(tx.inside()?)
    .await?;
    Ok(key.flatten())
}

/// The pictures lie in the store: of `pages` pages, of `total`.
///
/// # Errors
/// If the database does not answer.
pub async fn done(tx: &mut WorkerTx, wanted: &Wanted, pages: u32, total: u32) -> Result<()> {
    sqlx::query!(
        "UPDATE app.preview SET state = 'done', pages = $2, total = $3
         WHERE tenant_id = app.ctx_tenant() AND id = $1 AND state = 'open'",
        wanted.id,
        i32::try_from(pages).unwrap_or(i32::MAX),
        i32::try_from(total.max(pages)).unwrap_or(i32::MAX),
    )
    .execute(tx.inside()?)
    .await?;
    Ok(())
}

/// There is nothing to show of it.
///
/// # Errors
/// If the database does not answer.
pub async fn unshown(tx: &mut WorkerTx, wanted: &Wanted, why: Unshown) -> Result<()> {
    sqlx::query!(
        "UPDATE app.preview SET state = 'unshown', reason = $2
         WHERE tenant_id = app.ctx_tenant() AND id = $1 AND state = 'open'",
        wanted.id,
        why as Unshown,
    )
    .execute(tx.inside()?)
    .await?;
    Ok(())
}

/// It did not succeed this time; after the last one nothing is shown of it.
///
/// # Errors
/// If the database does not answer.
pub async fn later(tx: &mut WorkerTx, wanted: &Wanted) -> Result<()> {
    if wanted.tries >= TRIES {
        return unshown(tx, wanted, Unshown::Failed).await;
    }
    sqlx::query!(
        "UPDATE app.preview SET run_after = now() + make_interval(mins => $2)
         WHERE tenant_id = app.ctx_tenant() AND id = $1 AND state = 'open'",
        wanted.id,
        wanted.tries.max(1),
    )
    .execute(tx.inside()?)
    .await?;
    Ok(())
}

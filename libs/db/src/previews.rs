//! Pictures of documents' pages, as whoever may read the document looks at them. The worker makes
//! them: [`crate::work::previews`].

use domain::act::acts;

use crate::{
    applications::Application,
    error::Result,
    files::File,
    scope::{Permit, Tx},
};

/// Why there are no pictures of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Unshown {
    /// It asks for a password.
    Locked,
    /// It does not read as what it is.
    Broken,
    /// It would unfold to more than is drawn.
    Large,
    /// It was tried often enough.
    Failed,
}

/// How far the pictures of a document are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// Nobody has asked for them yet.
    Unasked,
    /// The worker is to make them.
    Open,
    /// They lie in the store: page `n`, from 1, under `folder/n`.
    Done {
        /// Where they lie; of a file that is given out only (SEC-63).
        folder: Option<String>,
        /// Pages there are pictures of.
        pages: u32,
        /// Pages the document has.
        total: u32,
    },
    /// There is nothing to show.
    Unshown(Unshown),
}

/// How far the pictures of a file are.
///
/// # Errors
/// If the database does not answer.
pub async fn of(
    tx: &mut Tx<acts::ReadDocument>,
    permit: &Permit<acts::ReadDocument, Application>,
    file: &File,
) -> Result<Preview> {
    let row = sqlx::query!(
        r#"SELECT p.state, p.reason AS "reason: Unshown", app.served_key(p.folder, f.virus_state) AS folder, p.pages,
             p.total
           FROM app.preview p JOIN app.file f ON f.tenant_id = p.tenant_id AND f.id = p.file_id
           WHERE p.tenant_id = $1 AND p.application_id = $2 AND p.file_id = $3"#,
        permit.tenant.0,
        permit.id,
        file.id,
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else {
        return Ok(Preview::Unasked);
    };
    Ok(match (row.state.as_str(), row.reason) {
        ("done", _) => Preview::Done {
            folder: row.folder,
            pages: row.pages.unsigned_abs(),
            total: row.total.unsigned_abs(),
        },
        (_, Some(reason)) => Preview::Unshown(reason),
        _ => Preview::Open,
    })
}

/// Has pictures made of a file; of one they are asked of already, nothing.
///
/// # Errors
/// If the database does not answer.
pub async fn ask(
    tx: &mut Tx<acts::ReadDocument>,
    permit: &Permit<acts::ReadDocument, Application>,
    file: &File,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.preview (tenant_id, application_id, file_id) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id, file_id) DO NOTHING",
        permit.tenant.0,
        permit.id,
        file.id,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whether a file of this content type can have pictures; the database asks for the same ones.
#[must_use]
pub fn has_pages(content_type: &str) -> bool {
    matches!(
        content_type,
        "application/pdf" | "image/jpeg" | "image/png" | "image/tiff"
    )
}

/// The key of page `n`.
#[must_use]
pub fn key(folder: &str, page: u32) -> String {
    format!("{folder}/{page}")
}

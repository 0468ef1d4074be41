//! Who opened which document, for the person it is about (R-AUD-1): the subject alone reads it.
//! The lines are written by `files` as documents are opened.

use chrono::{DateTime, Utc};
use domain::{act::acts, role::Role};

use crate::{applications::known, error::Result, scope::Tx};

/// An opening of a document by somebody else. Who it was is told by role and place, not by name.
#[derive(Clone, Debug)]
pub struct View {
    /// The number of the line; pages go on from it.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The role it was opened in.
    pub role: Role,
    /// The organisation or municipality of whoever opened it.
    pub organisation: String,
    /// The document's name.
    pub document: String,
}

/// How many lines a page holds.
pub const PAGE: usize = 50;

/// A page of the openings of the teacher's documents by others, newest first, and one line more
/// if there is another; `before` is the line the page goes on from.
///
/// # Errors
/// If the database does not answer or holds a role the domain does not know.
pub async fn page(tx: &mut Tx<acts::ReadViews>, before: Option<i64>) -> Result<Vec<View>> {
    let rows = sqlx::query!(
        "SELECT v.id, v.at, v.role, v.organisation, f.name
         FROM app.document_view v
         JOIN app.file f ON f.tenant_id = v.tenant_id AND f.application_id = v.application_id AND f.id = v.file_id
         WHERE v.tenant_id = (SELECT app.ctx_tenant()) AND v.subject_id = (SELECT app.ctx_account())
           AND v.account_id <> v.subject_id AND v.id < $1
         ORDER BY v.id DESC LIMIT 51",
        before.unwrap_or(i64::MAX),
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(View {
                id: row.id,
                at: row.at,
                role: known(Role::from_code(&row.role), "document_view.role")?,
                organisation: row.organisation,
                document: row.name,
            })
        })
        .collect()
}

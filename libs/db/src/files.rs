//! Files: the rows that name objects of the store, each belonging to one application, and who
//! opened which (R-AUD-1). The bytes are the store's; what a file is for is said by whoever
//! names it: an attachment, a rendition, a withdrawal, a conclusion.
//!
//! What is to be given out is asked for by `app.served_key`, which knows the key of a clean file
//! only (SEC-63): there is no other way from a row to bytes for people.

use domain::act::{Doing, acts};
use uuid::Uuid;

use crate::{
    applications::Application,
    error::Result,
    scope::{Permit, Scope, Tx, WorkerTx},
};

/// How far a file is on its way to those who may open it (SEC-63).
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum FileState {
    /// It waits to be looked through: nobody gets it yet.
    Quarantined,
    /// Looked through, and nothing was found.
    Clean,
    /// Given out, though nobody looked for viruses: the installation has no antivirus.
    Unchecked,
    /// Something was found: its bytes are gone.
    Refused,
}

impl FileState {
    /// Whether it is given to those who may open it.
    #[must_use]
    pub const fn is_served(self) -> bool {
        matches!(self, Self::Clean | Self::Unchecked)
    }
}

/// An object in the store that gets its row.
#[derive(Clone, Copy, Debug)]
pub struct NewFile<'a> {
    /// The key in the store.
    pub s3_key: &'a str,
    /// The name shown.
    pub name: &'a str,
    /// What it is, by its first bytes.
    pub content_type: &'a str,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: &'a [u8; 32],
    /// Whether it brings along what runs or opens (SEC-62).
    pub active: bool,
}

impl NewFile<'_> {
    /// Whether it may be a scan: a PDF or a picture.
    #[must_use]
    pub fn is_scan(&self) -> bool {
        matches!(
            self.content_type,
            "application/pdf" | "image/jpeg" | "image/png"
        )
    }

    pub(crate) fn bytes(&self) -> i64 {
        i64::try_from(self.size).unwrap_or(i64::MAX)
    }
}

/// A file as it is opened.
#[derive(Clone, Debug)]
pub struct File {
    /// The number inside.
    pub id: i64,
    /// The application it belongs to, by public id.
    pub application: Uuid,
    /// The key in the store, of a file that is given out.
    pub served_key: Option<String>,
    /// The name shown.
    pub name: String,
    /// Its content type.
    pub content_type: String,
    /// How far it is.
    pub state: FileState,
}

/// Names an object as a file of the application; returns the file's number.
///
/// # Errors
/// If the database does not answer.
pub async fn add<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    file: &NewFile<'_>,
) -> Result<i64> {
    let actor = tx.actor()?.clone();
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256,
           by_account, by_role, active)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
        permit.tenant.0,
        Uuid::now_v7(),
        permit.id,
        file.s3_key,
        file.name,
        file.content_type,
        file.bytes(),
        file.sha256.as_slice(),
        actor.account.0,
        actor.role.code(),
        file.active,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The file with this public id, if the scope sees its application and it was not detached.
///
/// # Errors
/// If the database does not answer.
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<File>> {
    Ok(sqlx::query_as!(
        File,
        r#"SELECT f.id, a.public_id AS application, f.name, f.content_type,
             app.served_key(f.s3_key, f.virus_state) AS served_key,
             app.file_state(f.virus_state, f.virus_checked) AS "state!: FileState"
           FROM app.file f
           JOIN app.application a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
           WHERE f.public_id = $1 AND NOT EXISTS (SELECT 1 FROM app.attachment t
             WHERE t.tenant_id = f.tenant_id AND t.application_id = f.application_id AND t.file_id = f.id
               AND t.detached_at IS NOT NULL)"#,
        public_id
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Records that the actor opened a file of the application, with the place it acts from: its
/// organisation, else its municipality, else the Centre.
///
/// # Errors
/// If the database does not answer.
pub async fn viewed(
    tx: &mut Tx<acts::ReadDocument>,
    permit: &Permit<acts::ReadDocument, Application>,
    file: &File,
) -> Result<()> {
    let actor = tx.actor()?.clone();
    sqlx::query!(
        "INSERT INTO app.document_view (tenant_id, application_id, file_id, subject_id, account_id, role, organisation)
         VALUES ($1, $2, $3, $4, $5, $6, coalesce((SELECT name FROM app.organisation WHERE id = $7),
           (SELECT name FROM app.municipality WHERE id = $8), 'Центр аттестации'))",
        permit.tenant.0,
        permit.id,
        file.id,
        permit.account,
        actor.account.0,
        actor.role.code(),
        actor.organisation,
        actor.tenant.map(|tenant| tenant.0),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// An object of the store as its row has it; what was refused has none any more.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The number of the file.
    pub id: i64,
    /// The key in the store.
    pub s3_key: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256.
    pub sha256: Vec<u8>,
}

/// At most `most` objects of the municipality the scope stands in, by number, after `after`.
///
/// # Errors
/// If the database does not answer.
pub async fn kept(tx: &mut WorkerTx, after: i64, most: i64) -> Result<Vec<Kept>> {
    Ok(sqlx::query_as!(
        Kept,
        "SELECT id, s3_key, size, sha256 FROM app.file
         WHERE tenant_id = (SELECT app.ctx_tenant()) AND id > $1 AND virus_state <> 'refused' ORDER BY id LIMIT $2",
        after,
        most,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// The acts of destroyed data that are printed; the number is the act's.
///
/// # Errors
/// If the database does not answer.
pub async fn kept_acts(tx: &mut WorkerTx) -> Result<Vec<Kept>> {
    Ok(sqlx::query_as!(
        Kept,
        r#"SELECT id, s3_key AS "s3_key!", size AS "size!", sha256 AS "sha256!" FROM app.destruction_act
           WHERE s3_key IS NOT NULL ORDER BY id"#,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// The files of the orders that decide in the municipality the scope stands in; the number is the
/// order's.
///
/// # Errors
/// If the database does not answer.
pub async fn kept_orders(tx: &mut WorkerTx) -> Result<Vec<Kept>> {
    Ok(sqlx::query_as!(
        Kept,
        "SELECT o.id, o.s3_key, o.size, o.sha256 FROM app.order o WHERE o.virus_state <> 'refused' AND o.id IN (
           SELECT d.order_id FROM app.decision d WHERE d.tenant_id = (SELECT app.ctx_tenant())) ORDER BY o.id",
    )
    .fetch_all(tx.connection())
    .await?)
}

//! «Бланки и образцы»: the region's files for everybody. Which of them a scope sees is row-level
//! security's: whoever has no session what is published and looked through, an administrator all.
//! Editors are made to wait for each other by [`crate::region_changes`], which keeps their versions.

use chrono::{DateTime, Utc};
use domain::{act::acts, sample::Section};
use uuid::Uuid;

use crate::{
    error::Result,
    files::{FileState, Kept, NewFile},
    scope::{Scope, Tx, WorkerTx},
};

/// A sample.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The id in addresses.
    pub public_id: Uuid,
    /// The code of its [`Section`].
    pub section: String,
    /// What people call it.
    pub title: String,
    /// Its place in the section.
    pub ordinal: i32,
    /// Since when its file is published; not while it is withdrawn.
    pub published_at: Option<DateTime<Utc>>,
    /// The name its file is given out with.
    pub file_name: String,
    /// The content type of its file.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256.
    pub sha256: Vec<u8>,
    /// The key in the store, once it is given out.
    pub served_key: Option<String>,
    /// How far its file is (SEC-63).
    pub state: FileState,
}

/// What an administrator says of a sample.
#[derive(Clone, Debug)]
pub struct Described {
    /// Where it stands.
    pub section: Section,
    /// What it is called.
    pub title: String,
    /// Its place there.
    pub ordinal: i32,
    /// Whether everybody gets it.
    pub published: bool,
}

/// The samples the scope sees, in their order.
///
/// # Errors
/// If the database does not answer.
pub async fn all(scope: &mut Scope) -> Result<Vec<Sample>> {
    Ok(sqlx::query_as!(
        Sample,
        r#"SELECT public_id, section, title, ordinal, published_at, file_name, content_type, size, sha256,
             app.served_key(s3_key, virus_state) AS served_key,
             app.file_state(virus_state, virus_checked) AS "state!: FileState"
           FROM app.sample ORDER BY ordinal, title, public_id"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The sample with this public id, if the scope sees it.
///
/// # Errors
/// If the database does not answer.
pub async fn find(scope: &mut Scope, public_id: Uuid) -> Result<Option<Sample>> {
    Ok(sqlx::query_as!(
        Sample,
        r#"SELECT public_id, section, title, ordinal, published_at, file_name, content_type, size, sha256,
             app.served_key(s3_key, virus_state) AS served_key,
             app.file_state(virus_state, virus_checked) AS "state!: FileState"
           FROM app.sample WHERE public_id = $1"#,
        public_id
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Adds a sample; returns its public id.
///
/// # Errors
/// If the database does not answer.
pub async fn add(
    tx: &mut Tx<acts::ManageReference>,
    said: &Described,
    file: &NewFile<'_>,
) -> Result<Uuid> {
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.sample (public_id, section, title, ordinal, published_at, s3_key, file_name, content_type,
           size, sha256)
         VALUES ($1, $2, $3, $4, CASE WHEN $5::bool THEN app.ctx_now() END, $6, $7, $8, $9, $10)
         RETURNING public_id",
        Uuid::now_v7(),
        said.section.code(),
        said.title,
        said.ordinal,
        said.published,
        file.s3_key,
        file.name,
        file.content_type,
        file.bytes(),
        file.sha256.as_slice(),
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Changes what is said of a sample. Published again, it counts as published now.
///
/// # Errors
/// If the database does not answer.
pub async fn change(
    tx: &mut Tx<acts::ManageReference>,
    public_id: Uuid,
    said: &Described,
) -> Result<()> {
    sqlx::query!(
        "UPDATE app.sample SET section = $2, title = $3, ordinal = $4,
           published_at = CASE WHEN $5::bool THEN coalesce(published_at, app.ctx_now()) END
         WHERE public_id = $1",
        public_id,
        said.section.code(),
        said.title,
        said.ordinal,
        said.published,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Puts another file in the place of a sample's; returns the key of the one it had.
///
/// # Errors
/// If the database does not answer.
pub async fn replace(
    tx: &mut Tx<acts::ManageReference>,
    public_id: Uuid,
    file: &NewFile<'_>,
) -> Result<String> {
    Ok(sqlx::query_scalar!(
        "UPDATE app.sample s SET s3_key = $2, file_name = $3, content_type = $4, size = $5, sha256 = $6,
           published_at = CASE WHEN s.published_at IS NOT NULL THEN app.ctx_now() END
         FROM app.sample former WHERE former.id = s.id AND s.public_id = $1 RETURNING former.s3_key",
        public_id,
        file.s3_key,
        file.name,
        file.content_type,
        file.bytes(),
        file.sha256.as_slice(),
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The files of all samples, withdrawn ones too.
///
/// # Errors
/// If the database does not answer.
pub async fn kept(tx: &mut WorkerTx) -> Result<Vec<Kept>> {
    Ok(sqlx::query_as!(
        Kept,
        "SELECT id, s3_key, size, sha256 FROM app.sample WHERE virus_state <> 'refused' ORDER BY id"
    )
    .fetch_all(tx.connection())
    .await?)
}

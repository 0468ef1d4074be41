//! Templates as the worker prints by them: the one in force at a moment, a version to be tried.

use chrono::{DateTime, Utc};
use domain::template::{BUILT_IN, Fault, TemplateKind};

use crate::{
    error::{Error, Result},
    scope::WorkerTx,
};

/// A template to print by.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its version; [`BUILT_IN`] is the release's own.
    pub version: i32,
    /// The source; none for the release's own.
    pub source: Option<String>,
    /// To whom the paper is addressed, line by line; none: as the settings say.
    pub letterhead: Option<String>,
}

impl Template {
    const OWN: Self = Self {
        version: BUILT_IN,
        source: None,
        letterhead: None,
    };
}

struct Row {
    version: i32,
    source: String,
    letterhead: Option<String>,
}

impl From<Row> for Template {
    fn from(row: Row) -> Self {
        match row.version {
            BUILT_IN => Self::OWN,
            version => Self {
                version,
                source: Some(row.source),
                letterhead: row.letterhead,
            },
        }
    }
}

/// Writes down the source this release is built with, where it is another one.
///
/// # Errors
/// If the database does not answer.
pub async fn declare(tx: &mut WorkerTx, kind: TemplateKind, source: &str) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.template_version AS v (kind, version, source, state) VALUES ($1, 0, $2, 'passed')
         ON CONFLICT (kind, version) DO UPDATE SET source = excluded.source, created_at = app.ctx_now()
         WHERE v.source <> excluded.source",
        kind.code(),
        source,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The template in force at a moment.
///
/// # Errors
/// If the database does not answer.
pub async fn at(tx: &mut WorkerTx, kind: TemplateKind, moment: DateTime<Utc>) -> Result<Template> {
    let row = sqlx::query_as!(
        Row,
        "SELECT v.version, v.source, v.letterhead FROM app.template_use u
         JOIN app.template_version v ON v.kind = u.kind AND v.version = u.version
         WHERE u.kind = $1 AND u.since <= $2 ORDER BY u.id DESC LIMIT 1",
        kind.code(),
        moment,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map_or(Template::OWN, Template::from))
}

/// A version, to be tried.
///
/// # Errors
/// If the database does not answer.
pub async fn find(tx: &mut WorkerTx, kind: TemplateKind, version: i32) -> Result<Option<Template>> {
    let row = sqlx::query_as!(
        Row,
        "SELECT version, source, letterhead FROM app.template_version WHERE kind = $1 AND version = $2",
        kind.code(),
        version,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Template::from))
}

/// Keeps what trying a version came to: nothing wrong, or what. The release's own is not judged.
///
/// # Errors
/// If the database does not answer.
pub async fn tried(
    tx: &mut WorkerTx,
    kind: TemplateKind,
    version: i32,
    faults: &[Fault],
) -> Result<()> {
    let told = serde_json::to_value(faults).map_err(|_| Error::Corrupt {
        column: "template_version.faults",
    })?;
    sqlx::query!(
        "UPDATE app.template_version SET state = CASE WHEN $4 THEN 'passed' ELSE 'refused' END, faults = $3
         WHERE kind = $1 AND version = $2 AND version > 0",
        kind.code(),
        version,
        told,
        faults.is_empty(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

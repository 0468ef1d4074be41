//! Templates of papers as the administrator keeps them: versions, what trying one came to, which
//! was in force since when.

use chrono::{DateTime, Utc};
use domain::{
    act::acts,
    template::{Fault, TemplateKind},
};

use crate::{
    error::{Error, Result, touched},
    scope::{Scope, Tx},
};

/// A kind of paper with the state of its templates.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// Which paper.
    pub kind: TemplateKind,
    /// The version in force.
    pub in_force: i32,
    /// The newest version.
    pub newest: i32,
}

/// What trying a version came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// Nobody has tried it.
    Never,
    /// A sample printed well.
    Passed,
    /// It did not.
    Refused,
}

/// A version of a template.
#[derive(Clone, Debug)]
pub struct Version {
    /// The number inside.
    pub id: i32,
    /// Its number, counted by kind.
    pub version: i32,
    /// The source.
    pub source: String,
    /// To whom the paper is addressed, line by line; none: as the settings say.
    pub letterhead: Option<String>,
    /// What its author said of it.
    pub note: String,
    /// Who made it, by name; empty for the release's own.
    pub by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// What trying it came to.
    pub tried: Tried,
    /// What is wrong with a refused one.
    pub faults: Vec<Fault>,
}

/// When a version came into force.
#[derive(Clone, Debug)]
pub struct Use {
    /// The number inside.
    pub id: i32,
    /// The version.
    pub version: i32,
    /// Since when.
    pub since: DateTime<Utc>,
    /// By whom, by name.
    pub by: String,
}

/// A version as typed.
#[derive(Clone, Copy, Debug)]
pub struct NewVersion<'a> {
    /// Its number.
    pub version: i32,
    /// The source.
    pub source: &'a str,
    /// The letterhead; none: as the settings say.
    pub letterhead: Option<&'a str>,
    /// What its author says of it.
    pub note: &'a str,
}

/// The kinds the worker has written down, each with its state.
///
/// # Errors
/// If the database does not answer.
pub async fn kept(scope: &mut Scope) -> Result<Vec<Kept>> {
    let rows = sqlx::query!(
        r#"SELECT v.kind, max(v.version) AS "newest!",
             coalesce((SELECT u.version FROM app.template_use u WHERE u.kind = v.kind ORDER BY u.id DESC LIMIT 1), 0)
               AS "in_force!"
           FROM app.template_version v GROUP BY v.kind"#
    )
    .fetch_all(scope.connection())
    .await?;
    // A kind of a later release is not ours to show.
    let known = rows.into_iter().filter_map(|row| {
        Some(Kept {
            kind: TemplateKind::from_code(&row.kind)?,
            in_force: row.in_force,
            newest: row.newest,
        })
    });
    Ok(known.collect())
}

struct Row {
    id: i32,
    version: i32,
    source: String,
    letterhead: Option<String>,
    note: String,
    by: String,
    created_at: DateTime<Utc>,
    state: String,
    faults: serde_json::Value,
}

impl TryFrom<Row> for Version {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            version: row.version,
            source: row.source,
            letterhead: row.letterhead,
            note: row.note,
            by: row.by,
            created_at: row.created_at,
            tried: match row.state.as_str() {
                "passed" => Tried::Passed,
                "refused" => Tried::Refused,
                _ => Tried::Never,
            },
            faults: serde_json::from_value(row.faults).map_err(|_| Error::Corrupt {
                column: "template_version.faults",
            })?,
        })
    }
}

/// The versions of a kind, newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn versions(scope: &mut Scope, kind: TemplateKind) -> Result<Vec<Version>> {
    sqlx::query_as!(
        Row,
        r#"SELECT v.id, v.version, v.source, v.letterhead, v.note, v.created_at, v.state, v.faults,
             coalesce((SELECT concat_ws(' ', i.surname, i.name) FROM app.institute_member i
               WHERE i.account_id = v.by_account ORDER BY i.id DESC LIMIT 1), '') AS "by!"
           FROM app.template_version v WHERE v.kind = $1 ORDER BY v.version DESC"#,
        kind.code()
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(Version::try_from)
    .collect()
}

/// When versions of a kind came into force, the newest first.
///
/// # Errors
/// If the database does not answer.
pub async fn uses(scope: &mut Scope, kind: TemplateKind) -> Result<Vec<Use>> {
    Ok(sqlx::query_as!(
        Use,
        r#"SELECT u.id, u.version, u.since,
             coalesce((SELECT concat_ws(' ', i.surname, i.name) FROM app.institute_member i
               WHERE i.account_id = u.by_account ORDER BY i.id DESC LIMIT 1), '') AS "by!"
           FROM app.template_use u WHERE u.kind = $1 ORDER BY u.id DESC"#,
        kind.code()
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Adds a version; returns its number inside, or nothing if there is one of this number already.
///
/// # Errors
/// If the database does not answer.
pub async fn add(
    tx: &mut Tx<acts::ManageReference>,
    kind: TemplateKind,
    new: NewVersion<'_>,
) -> Result<Option<i32>> {
    Ok(sqlx::query_scalar!(
        "INSERT INTO app.template_version (kind, version, source, letterhead, note, by_account)
         VALUES ($1, $2, $3, $4, $5, app.ctx_account())
         ON CONFLICT (kind, version) DO NOTHING RETURNING id",
        kind.code(),
        new.version,
        new.source,
        new.letterhead,
        new.note,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Puts a version in force from now on, behind the entry `after`. One that printed no sample is
/// refused by the database.
///
/// # Errors
/// [`Error::Stale`] where another entry stands behind that one already.
pub async fn put_in_force(
    tx: &mut Tx<acts::ManageReference>,
    kind: TemplateKind,
    version: i32,
    after: i32,
) -> Result<()> {
    let rows = sqlx::query!(
        "INSERT INTO app.template_use (kind, version, after, by_account) VALUES ($1, $2, $3, app.ctx_account())
         ON CONFLICT (kind, after) DO NOTHING",
        kind.code(),
        version,
        after,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    touched(rows)
}

//! What administrators read of cases that are kept and that were destroyed (SEC-87): counts, acts
//! and years, never a case.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{act::acts, retention::Basis};
use uuid::Uuid;

use crate::{applications::known, error::Result, scope::Tx};

/// Acts on a page.
pub const PAGE: usize = 50;

/// How many cases leave.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// The last day on which what became final then is kept no longer.
    pub through: NaiveDate,
    /// Those the next run of the worker destroys.
    pub due: i64,
    /// Those whose term ends with this year.
    pub this_year: i64,
}

/// An act of destroyed data.
#[derive(Clone, Debug)]
pub struct Act {
    /// The id in addresses.
    pub public_id: Uuid,
    /// The year it is numbered in.
    pub year: i32,
    /// The number in its year.
    pub number: i32,
    /// Why.
    pub basis: Basis,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// How many subjects it is about.
    pub subjects: i64,
    /// Whether its PDF is there.
    pub printed: bool,
}

/// How many cases of a year ended in one way, of those destroyed.
#[derive(Clone, Debug)]
pub struct Past {
    /// The year they became final in.
    pub year: i32,
    /// A category granted.
    pub granted: i64,
    /// A category refused.
    pub refused: i64,
    /// Rejected.
    pub rejected: i64,
    /// Withdrawn.
    pub withdrawn: i64,
}

/// The PDF of an act.
#[derive(Clone, Debug)]
pub struct ActFile {
    /// The number inside.
    pub id: i64,
    /// The year it is numbered in.
    pub year: i32,
    /// The number in its year.
    pub number: i32,
    /// Where it lies; none until it is printed.
    pub s3_key: Option<String>,
}

/// How many cases leave next and by the end of this year.
///
/// # Errors
/// If the database does not answer.
pub async fn counts(tx: &mut Tx<acts::ReadAudit>) -> Result<Counts> {
    let counts = sqlx::query_as!(
        Counts,
        r#"SELECT through AS "through!", due AS "due!", this_year AS "this_year!" FROM app.retention_counts()"#
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(counts.unwrap_or_default())
}

/// A page of acts, newest first, and one more if there are more.
///
/// # Errors
/// If the database does not answer.
pub async fn acts(tx: &mut Tx<acts::ReadAudit>, after: Option<Uuid>) -> Result<Vec<Act>> {
    sqlx::query!(
        r#"SELECT a.public_id, a.year, a.number, a.basis, a.opened_at, a.s3_key IS NOT NULL AS "printed!",
             (SELECT count(*) FROM app.destroyed d WHERE d.act_id = a.id) AS "subjects!"
           FROM app.destruction_act a
           WHERE $1::uuid IS NULL OR a.id < (SELECT b.id FROM app.destruction_act b WHERE b.public_id = $1)
           ORDER BY a.id DESC LIMIT $2"#,
        after,
        i64::try_from(PAGE + 1).unwrap_or(i64::MAX)
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| {
        Ok(Act {
            public_id: row.public_id,
            year: row.year,
            number: row.number,
            basis: known(Basis::from_code(&row.basis), "destruction_act.basis")?,
            opened_at: row.opened_at,
            subjects: row.subjects,
            printed: row.printed,
        })
    })
    .collect()
}

/// The PDF of an act; none for an id that is not one.
///
/// # Errors
/// If the database does not answer.
pub async fn act_file(tx: &mut Tx<acts::ReadAudit>, act: Uuid) -> Result<Option<ActFile>> {
    Ok(sqlx::query_as!(
        ActFile,
        "SELECT id, year, number, s3_key FROM app.destruction_act WHERE public_id = $1",
        act
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// What the cases destroyed had come to, by year, the latest first.
///
/// # Errors
/// If the database does not answer.
pub async fn past(tx: &mut Tx<acts::ReadAudit>) -> Result<Vec<Past>> {
    Ok(sqlx::query_as!(
        Past,
        r#"SELECT year, count(*) FILTER (WHERE outcome = 'granted') AS "granted!",
             count(*) FILTER (WHERE outcome = 'refused') AS "refused!",
             count(*) FILTER (WHERE outcome = 'rejected') AS "rejected!",
             count(*) FILTER (WHERE outcome = 'withdrawn') AS "withdrawn!"
           FROM app.past_case GROUP BY year ORDER BY year DESC"#
    )
    .fetch_all(tx.connection())
    .await?)
}

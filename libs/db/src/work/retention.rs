//! Cases whose term of keeping is over (SEC-87), destroyed by a function that checks each itself, and
//! the acts of what was destroyed, for the worker to print.

use chrono::{DateTime, Utc};
use domain::retention::{Basis, Destroyed};
use uuid::Uuid;

use crate::{
    applications::known,
    error::{Error, Result},
    scope::WorkerTx,
};

/// An act that is closed and not printed yet.
#[derive(Clone, Debug)]
pub struct Act {
    /// The number inside.
    pub id: i64,
    /// What its file is called in the store.
    pub public_id: Uuid,
    /// The year it is numbered in.
    pub year: i32,
    /// The number in its year.
    pub number: i32,
    /// Why.
    pub basis: Basis,
    /// When the first of it was destroyed.
    pub opened_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: DateTime<Utc>,
    /// What, in the order it went.
    pub lines: Vec<Line>,
}

/// What was destroyed of one subject.
#[derive(Clone, Debug)]
pub struct Line {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: Destroyed,
    /// The municipality's name; none where it was of all.
    pub municipality: Option<String>,
    /// The public id of the application or the account.
    pub subject: Uuid,
    /// Number and year in the journal of registrations; empty for what was never registered.
    pub number: String,
    /// Documents.
    pub documents: i32,
}

/// Destroys at most so many cases whose term is over or, where there are none, accounts that withdrew
/// their consent and of which nothing is kept any more; how many. `passed` of the oldest are passed by.
/// Nothing left to do closes the act.
///
/// # Errors
/// If the database does not answer, or refuses one of them.
pub async fn destroy(tx: &mut WorkerTx, most: i32, passed: i32) -> Result<i32> {
    Ok(
        sqlx::query_scalar!(r#"SELECT app.destroy_due($1, $2) AS "done!""#, most, passed)
            .fetch_one(tx.connection())
            .await?,
    )
}

/// The oldest act that waits to be printed.
///
/// # Errors
/// If the database does not answer or holds what this version does not know.
pub async fn unprinted(tx: &mut WorkerTx) -> Result<Option<Act>> {
    let row = sqlx::query!(
        r#"SELECT id, public_id, year, number, basis, opened_at, closed_at AS "closed_at!"
           FROM app.destruction_act WHERE s3_key IS NULL AND closed_at IS NOT NULL ORDER BY id LIMIT 1"#
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let lines = sqlx::query!(
        r#"SELECT d.at, d.what, d.subject, d.number, d.documents,
             (SELECT m.name FROM app.municipality m WHERE m.id = d.municipality_id) AS municipality
           FROM app.destroyed d WHERE d.act_id = $1 ORDER BY d.id"#,
        row.id
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|line| {
        Ok(Line {
            at: line.at,
            what: known(Destroyed::from_code(&line.what), "destroyed.what")?,
            municipality: line.municipality,
            subject: line.subject,
            number: line.number,
            documents: line.documents,
        })
    })
    .collect::<Result<_, Error>>()?;
    Ok(Some(Act {
        id: row.id,
        public_id: row.public_id,
        year: row.year,
        number: row.number,
        basis: known(Basis::from_code(&row.basis), "destruction_act.basis")?,
        opened_at: row.opened_at,
        closed_at: row.closed_at,
        lines,
    }))
}

/// Names the PDF of an act. Of two workers that printed it the first does; both put the same file.
///
/// # Errors
/// If the database does not answer.
pub async fn printed(
    tx: &mut WorkerTx,
    act: &Act,
    key: &str,
    size: i64,
    sha256: &[u8],
) -> Result<()> {
    sqlx::query!(
        "UPDATE app.destruction_act SET s3_key = $2, size = $3, sha256 = $4 WHERE id = $1 AND s3_key IS NULL",
        act.id,
        key,
        size,
        sha256
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

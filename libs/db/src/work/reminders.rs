//! Reminders of terms (R-APP-7): queued once a day for who is to register, counted when they are sent.

use chrono::NaiveDate;
use domain::{
    calendar::REMINDERS,
    reference::Procedure,
    routing::{Route, WorkList},
};

use crate::{
    error::{Error, Result},
    scope::WorkerTx,
};

/// Applications whose term ends on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Where they wait for their registration.
    pub list: WorkList,
    /// The last day of the term.
    pub due: NaiveDate,
    /// How many.
    pub applications: u64,
}

/// Queues the reminders of the day the scope is in that are not queued yet; to how many
/// municipalities, the operators counted as one.
///
/// # Errors
/// If the database does not answer.
pub async fn remind(tx: &mut WorkerTx) -> Result<i64> {
    Ok(
        sqlx::query_scalar!(r#"SELECT app.remind($1) AS "places!""#, &REMINDERS)
            .fetch_one(tx.connection())
            .await?,
    )
}

/// What the reminder of `day` to the account tells: by list and day, nothing if all of it has been
/// decided or the account registers no more.
///
/// # Errors
/// If the database does not answer or holds what this version does not know.
pub async fn ending(tx: &mut WorkerTx, account: i64, day: NaiveDate) -> Result<Vec<Ending>> {
    let route = match tx.tenant() {
        Some(_) => Route::Municipal,
        None => Route::Operator,
    };
    let rows = sqlx::query!(
        r#"SELECT procedure AS "procedure!", due_on AS "due!", applications AS "applications!"
           FROM app.reminded_terms($1, $2, $3)"#,
        account,
        day,
        &REMINDERS
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let procedure = Procedure::from_code(&row.procedure).ok_or(Error::Corrupt {
                column: "application.procedure",
            })?;
            Ok(Ending {
                list: WorkList::of(route, procedure),
                due: row.due,
                applications: row.applications.unsigned_abs(),
            })
        })
        .collect()
}

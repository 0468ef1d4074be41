//! The schedule: applications on general grounds, their periods and experts (R-SCH-1…4,
//! R-PER-1). Here are the periods; rows, experts, requests to the Centre and their writing
//! stand in `schedule/…`.

mod approval;
mod entries;
mod experts;
mod gap;
mod list;
mod plan;
mod vacancy;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{error::Result, scope::Scope};

pub use approval::{Awaiting, approve_row, preliminary, reschedule_row};
pub use entries::{Entry, EntryExpert, entries};
pub use experts::{Assigned, Expert, Load, assigned, experts, loads, roster};
pub use gap::{Request, State, ask_again, decline, note, requests};
pub use list::{Asked, GapCursor, Line, LineExpert, Narrowed, gap_cursor, gaps, registered};
pub use plan::{Assigning, close_assignment, open_assignment, save_row};
pub use vacancy::{AT_ONCE, Held, Vacancy, vacancies};

/// An attestation period, as it is chosen.
#[derive(Clone, Debug)]
pub struct Period {
    /// The number inside.
    pub id: i32,
    /// The id in forms.
    pub public_id: Uuid,
    /// «октябрь-ноябрь 2026».
    pub name: String,
    /// The first day.
    pub starts: NaiveDate,
    /// The last day.
    pub ends: NaiveDate,
    /// Whether it may still be chosen: neither approved nor completed.
    pub open: bool,
}

/// The periods, in the order of time.
///
/// # Errors
/// If the database does not answer.
pub async fn periods(scope: &mut Scope) -> Result<Vec<Period>> {
    Ok(sqlx::query_as!(
        Period,
        r#"SELECT id, public_id, name, starts, ends, state = 'open' AS "open!" FROM app.period ORDER BY starts"#
    )
    .fetch_all(scope.connection())
    .await?)
}

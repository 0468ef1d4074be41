//! What an expert is assigned to (R-SCH-4). Assigning is the schedule's.

use db::applications::expert;
use domain::{act::acts, actor::Actor};

use crate::{App, Result, lists::sought};

pub use db::applications::expert::Assigned;

/// Rows of a page.
const ROWS: usize = 50;

/// A page of the expert's list.
#[derive(Clone, Debug)]
pub struct AssignedPage {
    /// How many there are in all.
    pub count: i64,
    /// At most 50.
    pub rows: Vec<Assigned>,
    /// After which row the next page begins, if there is one.
    pub next: Option<i64>,
}

impl App {
    /// The applications the expert is assigned to, with the teachers' contacts, after the row
    /// `after`; 0 begins the list. What is typed into `search` leaves only these ФИО and numbers.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for another role.
    pub async fn assigned(&self, actor: &Actor, search: &str, after: i64) -> Result<AssignedPage> {
        let mut tx = self.db.enter::<acts::ReadContacts>(actor).await?;
        let count = expert::count(&mut tx).await?;
        let found = sought(&mut tx, search).await?;
        let mut rows = expert::list(&mut tx, after, found.as_ref()).await?;
        let more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let next = rows.last().filter(|_| more).map(|last| last.id);
        Ok(AssignedPage { count, rows, next })
    }
}

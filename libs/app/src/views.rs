//! «Кто смотрел мои документы» (R-AUD-1): the teacher reads who else opened its documents.

use db::views;
use domain::{act::acts, actor::Actor};

pub use db::views::View;

use crate::{App, Result};

/// A page of openings, and the line the next one goes on from.
#[derive(Clone, Debug)]
pub struct Views {
    /// The openings, newest first.
    pub rows: Vec<View>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<i64>,
}

impl App {
    /// The openings of the teacher's documents by others, newest first; its own are not told.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] to everybody but a teacher.
    pub async fn views(&self, actor: &Actor, before: Option<i64>) -> Result<Views> {
        let mut tx = self.db.enter::<acts::ReadViews>(actor).await?;
        let mut rows = views::page(&mut tx, before).await?;
        let more = rows.len() > views::PAGE;
        rows.truncate(views::PAGE);
        let next = rows.last().filter(|_| more).map(|row| row.id);
        Ok(Views { rows, next })
    }
}

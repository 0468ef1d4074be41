//! The registration journal (R-APP-5) as its keepers read it and take it away.

use db::{
    events, journal,
    municipalities::{self, Municipality},
};
use domain::{act::acts, actor::Actor, audit::Deed};
use futures::{Stream, stream};

use crate::{App, Error, FieldFault, Result};

pub use db::journal::{Filter, Line, Place};

/// How many lines a page shows.
const PAGE: i64 = 50;

/// How many lines a file reads at a time.
const BATCH: i64 = 1000;

/// A page of the journal.
#[derive(Clone, Debug)]
pub struct Page {
    /// The lines, in the journal's order.
    pub lines: Vec<Line>,
    /// The place the next page begins after, if there is one.
    pub next: Option<Place>,
    /// How many lines there are on all pages.
    pub count: i64,
}

impl App {
    /// A page of the journal, from its beginning or from behind `after`. Names of a whole
    /// region: who looked is known (SEC-82).
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn journal(
        &self,
        actor: &Actor,
        filter: Filter,
        after: Option<Place>,
    ) -> Result<Page> {
        let mut tx = self.db.enter::<acts::ReadJournal>(actor).await?;
        events::audit(&mut tx, None).await?;
        let mut lines = journal::page(&mut tx, filter, after, PAGE + 1).await?;
        let more = lines.len() > PAGE as usize;
        lines.truncate(PAGE as usize);
        let next = lines.last().filter(|_| more).map(|line| line.place);
        let count = journal::count(&mut tx, filter, i64::MAX).await?;
        tx.commit().await?;
        Ok(Page { lines, next, count })
    }

    /// The municipalities lines may be of: those that are gone left theirs.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn journal_municipalities(&self, actor: &Actor) -> Result<Vec<Municipality>> {
        let mut tx = self.db.enter::<acts::ReadJournal>(actor).await?;
        Ok(municipalities::every(&mut tx).await?)
    }

    /// All lines of a filter in the journal's order, some at a time, for a file that holds
    /// `most`. Taking them away stays in the audit before the first is given out (SEC-82).
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] when there are more.
    pub async fn export_journal(
        &self,
        actor: &Actor,
        filter: Filter,
        most: i64,
    ) -> Result<impl Stream<Item = Result<Vec<Line>>> + Send + use<>> {
        let mut tx = self.db.enter::<acts::ReadJournal>(actor).await?;
        if journal::count(&mut tx, filter, most.saturating_add(1)).await? > most {
            let words = format!("В файл помещается не больше {most} записей: сократите период");
            return Err(Error::Invalid(vec![FieldFault::new("from", words)]));
        }
        events::audit_deed(&mut tx, Deed::ExportJournal, None).await?;
        tx.commit().await?;
        let tx = self.db.enter::<acts::ReadJournal>(actor).await?;
        let begin = (tx, None::<Place>);
        Ok(stream::try_unfold(
            begin,
            move |(mut tx, after)| async move {
                let lines = journal::page(&mut tx, filter, after, BATCH).await?;
                let last = lines.last().map(|line| line.place);
                Ok(last.map(|last| (lines, (tx, Some(last)))))
            },
        ))
    }
}

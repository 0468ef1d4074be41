//! «Журнал действий»: the audit as administrators read it and take it away (R-AUD-1). Sealing
//! it is the worker's ([`seal`]), checking the seals `ctl`'s ([`verify`]).

pub mod seal;
pub mod verify;

use db::{
    audit::{self, Place},
    events,
    municipalities::{self, Municipality},
};
use domain::{act::acts, actor::Actor, audit::Deed};
use futures::{Stream, stream};

use crate::{App, Result};

pub use db::{
    audit::{Entry, Filter, Sealed},
    events::Outcome,
};

/// How many lines a page shows.
const PAGE: i64 = 50;

/// How many lines an export reads at a time.
const BATCH: i64 = 1000;

/// A page of the audit.
#[derive(Clone, Debug)]
pub struct Page {
    /// The lines, newest first.
    pub entries: Vec<Entry>,
    /// The line the next page begins after, if there is one.
    pub next: Option<i64>,
    /// How much is sealed; `None` while nothing is.
    pub sealed: Option<Sealed>,
}

impl App {
    /// A page of the audit, from its beginning or from what was written before the line
    /// `after`.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn audit(&self, actor: &Actor, filter: &Filter, after: Option<i64>) -> Result<Page> {
        let mut tx = self.db.enter::<acts::ReadAudit>(actor).await?;
        let after = match after {
            Some(id) => audit::place(&mut tx, id).await?,
            None => None,
        };
        let mut entries = audit::page(&mut tx, filter, after, PAGE + 1).await?;
        let more = entries.len() > PAGE as usize;
        entries.truncate(PAGE as usize);
        let next = entries.last().filter(|_| more).map(|entry| entry.id);
        Ok(Page {
            entries,
            next,
            sealed: audit::sealed(&mut tx).await?,
        })
    }

    /// The municipalities lines may be of, those removed too.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn audited_municipalities(&self, actor: &Actor) -> Result<Vec<Municipality>> {
        let mut tx = self.db.enter::<acts::ReadAudit>(actor).await?;
        Ok(municipalities::every(&mut tx).await?)
    }

    /// All lines of a filter, newest first, some at a time. Taking them away stays in the
    /// audit before the first is given out (SEC-82).
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn export_audit(
        &self,
        actor: &Actor,
        filter: Filter,
    ) -> Result<impl Stream<Item = Result<Vec<Entry>>> + Send + use<>> {
        let mut tx = self.db.enter::<acts::ReadAudit>(actor).await?;
        events::audit_deed(&mut tx, Deed::ExportAudit, None).await?;
        tx.commit().await?;
        let tx = self.db.enter::<acts::ReadAudit>(actor).await?;
        let begin = (tx, None::<Place>);
        Ok(stream::try_unfold(
            begin,
            move |(mut tx, after)| async move {
                let entries = audit::page(&mut tx, &filter, after, BATCH).await?;
                let last = entries.last().map(Entry::place);
                Ok(last.map(|last| (entries, (tx, Some(last)))))
            },
        ))
    }
}

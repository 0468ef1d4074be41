//! «График» page by page: the municipality's for a coordinator, everyone's for an operator,
//! whose gaps come first (R-SCH-1, R-SCH-2).

use db::{
    applications::lists::{self, Cursor},
    schedule::{self, GapCursor, Narrowed},
};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    audit::Deed,
    role::Role,
};
use futures::Stream;
use uuid::Uuid;

use super::{Line, Period};
use crate::{App, Result, listing::pages};

/// What «График» is narrowed to, as the address has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// One municipality, for operators.
    pub tenant: Option<TenantId>,
    /// One period.
    pub period: Option<Uuid>,
    /// Only rows without a period.
    pub without_period: bool,
    /// Only rows with an empty place.
    pub without_experts: bool,
    /// The row the page follows.
    pub after: Option<Uuid>,
}

/// A page of «График».
#[derive(Clone, Debug)]
pub struct ScheduleList {
    /// The gaps the Centre is asked to fill, for operators; `None` on the pages after them.
    pub gaps: Option<Vec<Line>>,
    /// The rows; for operators those that are no gaps, and `None` while more gaps follow.
    pub rows: Option<Vec<Line>>,
    /// The row the next page goes on from, if there is one.
    pub next: Option<Uuid>,
    /// The periods to narrow by.
    pub periods: Vec<Period>,
}

impl App {
    /// «График»: the municipality's for a coordinator, everyone's for an operator, whose gaps
    /// come first.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for roles that read no schedule.
    pub async fn schedule(&self, actor: &Actor, wanted: Wanted) -> Result<ScheduleList> {
        let mut tx = self.db.enter::<acts::ReadSchedule>(actor).await?;
        let periods = schedule::periods(&mut tx).await?;
        let operator = actor.role == Role::Operator;
        let by = narrowed(operator, &wanted, &periods);
        let gap = match wanted.after {
            Some(id) if operator => schedule::gap_cursor(&mut tx, id).await?,
            _ => None,
        };
        let after = match wanted.after {
            Some(id) if gap.is_none() => lists::cursor(&mut tx, id).await?,
            _ => None,
        };
        // An operator's pages go through the gaps and then through everything else.
        let gaps = if operator && after.is_none() {
            let from = gap.unwrap_or(GapCursor::FIRST);
            Some(schedule::gaps(&mut tx, by, from).await?)
        } else {
            None
        };
        let (gaps, more_gaps) = gaps.map_or((None, false), |page| (Some(page.rows), page.more));
        let page = if more_gaps {
            None
        } else {
            Some(schedule::registered(&mut tx, by, after.unwrap_or(Cursor::FIRST)).await?)
        };
        let next = match (&gaps, &page) {
            (Some(gaps), None) => gaps.last().map(|line| line.public_id),
            (_, Some(page)) if page.more => page.rows.last().map(|line| line.public_id),
            _ => None,
        };
        Ok(ScheduleList {
            gaps,
            rows: page.map(|page| page.rows),
            next,
            periods,
        })
    }
}

impl App {
    /// All rows of «График», gaps first for operators, some at a time.
    ///
    /// # Errors
    /// As [`App::schedule`].
    pub async fn export_schedule(
        &self,
        actor: &Actor,
        wanted: Wanted,
    ) -> Result<impl Stream<Item = Result<Vec<Line>>> + Send + use<>> {
        self.taken_away::<acts::ReadSchedule>(actor, Deed::ExportSchedule)
            .await?;
        let (app, actor) = (self.clone(), actor.clone());
        Ok(pages(move |after: Option<Uuid>| {
            let (app, actor) = (app.clone(), actor.clone());
            async move {
                let list = app.schedule(&actor, Wanted { after, ..wanted }).await?;
                let rows = list.gaps.into_iter().chain(list.rows).flatten().collect();
                Ok((rows, list.next))
            }
        }))
    }
}

/// What is wanted, in the numbers of the database; a period that there is not narrows nothing.
fn narrowed(operator: bool, wanted: &Wanted, periods: &[Period]) -> Narrowed {
    let period = wanted
        .period
        .and_then(|id| periods.iter().find(|period| period.public_id == id));
    Narrowed {
        tenant: wanted.tenant.filter(|_| operator),
        period: period.map(|period| period.id),
        without_period: wanted.without_period,
        without_experts: wanted.without_experts,
        without_gaps: operator,
    }
}

//! The coordinator's and the operator's lists of conclusions, and what is due by the 15th
//! (R-CON-2).

use chrono::NaiveDate;
use db::{
    conclusions::list::{self, Cursor, Listed},
    region_settings,
    scope::Scope,
};
use domain::{
    act::{Act, acts},
    actor::{Actor, TenantId},
    audit::Deed,
    calendar::{Span, conclusion_due},
    life::{Place, legal},
    setting::Setting,
};
use futures::Stream;

use crate::{App, Result, listing::pages};

/// Rows of a page.
const ROWS: usize = 50;

/// A conclusion in a list.
#[derive(Clone, Debug)]
pub struct ListedConclusion {
    /// The conclusion with its application.
    pub row: Listed,
    /// What the person may do with it now.
    pub can: Vec<Act>,
    /// By when it is to be with the Centre, while it is with the coordinator.
    pub due: Option<NaiveDate>,
}

/// A page of a list of conclusions.
#[derive(Clone, Debug)]
pub struct Page {
    /// At most 50.
    pub rows: Vec<ListedConclusion>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// How many conclusions are to be with the Centre by a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueDay {
    /// The day.
    pub on: NaiveDate,
    /// How many wait for the coordinator.
    pub count: i64,
}

impl App {
    /// Conclusions in one place or in all of them: the coordinator's of its municipality, the
    /// operator's of every one or of `tenant`.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for a role that reads none.
    pub async fn conclusions(
        &self,
        actor: &Actor,
        tenant: Option<TenantId>,
        only: Option<Place>,
        after: Option<&Cursor>,
    ) -> Result<Page> {
        let mut tx = self.db.enter::<acts::ReadConclusion>(actor).await?;
        let day = due_day(&mut tx).await?;
        let mut rows = list::page(&mut tx, tenant, only, after).await?;
        let more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let next = rows.last().filter(|_| more).map(|last| Cursor {
            place: last.case.place,
            moved_at: last.moved_at,
            id: last.id,
        });
        let today = self.today();
        let rows = rows
            .into_iter()
            .map(|row| ListedConclusion {
                can: ACTS
                    .into_iter()
                    .filter(|act| {
                        tx.could(*act, &row) && legal(*act, actor.role, &row.case).is_ok()
                    })
                    .collect(),
                due: row
                    .window
                    .and_then(|(starts, ends)| Span::new(starts, ends))
                    .filter(|_| row.case.place == Place::AtMunicipal)
                    .map(|window| conclusion_due(window, today, day)),
                row,
            })
            .collect();
        Ok(Page { rows, next })
    }

    /// All of a list of conclusions, some at a time.
    ///
    /// # Errors
    /// As [`App::conclusions`].
    pub async fn export_conclusions(
        &self,
        actor: &Actor,
        tenant: Option<TenantId>,
        only: Option<Place>,
    ) -> Result<impl Stream<Item = Result<Vec<ListedConclusion>>> + Send + use<>> {
        self.taken_away::<acts::ReadConclusion>(actor, Deed::ExportConclusions)
            .await?;
        let (app, actor) = (self.clone(), actor.clone());
        Ok(pages(move |after: Option<Cursor>| {
            let (app, actor) = (app.clone(), actor.clone());
            async move {
                let page = app
                    .conclusions(&actor, tenant, only, after.as_ref())
                    .await?;
                Ok((page.rows, page.next))
            }
        }))
    }

    /// What the coordinator is to pass on, by day: signed conclusions that wait with it.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for a role that passes none on.
    pub async fn conclusions_due(&self, actor: &Actor) -> Result<Vec<DueDay>> {
        let mut tx = self.db.enter::<acts::PassConclusion>(actor).await?;
        let day = due_day(&mut tx).await?;
        let waiting = list::waiting_by_period(&mut tx).await?;
        Ok(due_days(waiting, self.today(), day))
    }
}

/// By which days conclusions are due, as `today` has it, counted by the windows of their periods: the
/// list and the month say the same.
pub(super) fn due_days(
    windows: Vec<(NaiveDate, NaiveDate, i64)>,
    today: NaiveDate,
    day: u32,
) -> Vec<DueDay> {
    let mut days: Vec<DueDay> = Vec::new();
    for (starts, ends, count) in windows {
        let Some(window) = Span::new(starts, ends) else {
            continue;
        };
        let on = conclusion_due(window, today, day);
        match days.iter_mut().find(|due| due.on == on) {
            Some(due) => due.count += count,
            None => days.push(DueDay { on, count }),
        }
    }
    days.sort_by_key(|due| due.on);
    days
}

/// The acts a list offers.
const ACTS: [Act; 5] = [
    Act::PassConclusion,
    Act::ReturnConclusion,
    Act::ReturnToCoordinator,
    Act::AcceptConclusion,
    Act::ReopenConclusion,
];

pub(super) async fn due_day(scope: &mut Scope) -> Result<u32> {
    let day = region_settings::number(scope, Setting::ConclusionDay).await?;
    Ok(u32::try_from(day).unwrap_or(u32::MAX))
}

//! «Закрытие месяца» (R-CON-2): what is not with the Centre by the day it is due, with whom it
//! lies, and a reminder to all who hold it up, each once a day.

use chrono::{DateTime, NaiveDate, Utc};
use db::{
    applications,
    conclusions::month::{self, Missing},
    events, letters,
};
use domain::{
    act::acts,
    actor::Actor,
    audit::Deed,
    calendar::{due_in_month, first_of_month, months_after},
    conclusion::{Holder, holder},
    letter::LetterKind,
    life::Status,
};
use uuid::Uuid;

use super::list::{DueDay, due_day, due_days};
use crate::{App, Error, Result};

/// Rows of a page.
const ROWS: usize = 50;

/// So many pages are reminded of at once; the next ones when asked again.
const PAGES: usize = 4;

/// A month of a municipality.
#[derive(Clone, Debug)]
pub struct Month {
    /// Its first day.
    pub first: NaiveDate,
    /// The days by which what is missing is to be with the Centre, counted; one of nothing where
    /// nothing is.
    pub due: Vec<DueDay>,
    /// A page of those that are not.
    pub missing: Vec<Missing>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Uuid>,
    /// How many were passed to the Centre in this month.
    pub passed: usize,
    /// How many of them no register names.
    pub not_handed_over: usize,
}

/// Who was reminded of a conclusion.
#[derive(Debug)]
pub struct RemindedOf {
    /// The application's id in addresses.
    pub application: Uuid,
    /// The teacher's ФИО.
    pub name: String,
    /// Those a letter goes to, and those who had one today already.
    pub outcome: Result<(Vec<String>, Vec<String>)>,
}

/// What became of reminding.
#[derive(Debug)]
pub struct Reminding {
    /// Each conclusion's answer.
    pub answers: Vec<RemindedOf>,
    /// From behind which application it goes on; `None` when everybody was reminded.
    pub next: Option<Uuid>,
}

impl App {
    /// The month `wanted`, or the one it is.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a role that passes no conclusions on.
    pub async fn conclusion_month(
        &self,
        actor: &Actor,
        wanted: Option<NaiveDate>,
        after: Option<Uuid>,
    ) -> Result<Month> {
        let first = first_of_month(wanted.unwrap_or_else(|| self.today()));
        let mut tx = self.db.enter::<acts::PassConclusion>(actor).await?;
        let day = due_day(&mut tx).await?;
        let until = last_of(first);
        let mut missing = month::missing(&mut tx, until, after).await?;
        let more = missing.len() > ROWS;
        missing.truncate(ROWS);
        let (from, before) = self.instants(first);
        let passed = month::passed(&mut tx, from, before).await?;
        // A month to come is looked at as it begins.
        let windows = month::missing_by_period(&mut tx, until).await?;
        let mut due = due_days(windows, self.today().max(first), day);
        if due.is_empty() {
            due.push(DueDay {
                on: due_in_month(first, day),
                count: 0,
            });
        }
        Ok(Month {
            first,
            due,
            next: missing.last().filter(|_| more).map(|row| row.application),
            missing,
            passed: passed.len(),
            not_handed_over: passed.iter().filter(|row| !row.handed_over).count(),
        })
    }

    /// Reminds everybody who holds a conclusion of the month up, but the coordinator itself: each
    /// case in a transaction of its own and answered for itself, nobody twice a day. At most four
    /// pages of them at once, from behind the application `after` on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a role that passes no conclusions on; otherwise only when nobody
    /// could be answered.
    pub async fn remind_of_conclusions(
        &self,
        actor: &Actor,
        wanted: Option<NaiveDate>,
        after: Option<Uuid>,
    ) -> Result<Reminding> {
        let mut answers: Vec<RemindedOf> = Vec::new();
        let mut next = after;
        for _ in 0..PAGES {
            let page = self.conclusion_month(actor, wanted, next).await?;
            for row in page.missing {
                if !matches!(row.holder, Holder::Experts | Holder::Teacher) {
                    continue;
                }
                match self.remind(actor, row.application).await {
                    Err(
                        error @ (Error::SignedOut | Error::Unavailable(_) | Error::Internal(_)),
                    ) if answers.is_empty() => {
                        return Err(error);
                    }
                    outcome => answers.push(RemindedOf {
                        application: row.application,
                        name: row.name,
                        outcome,
                    }),
                }
            }
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        Ok(Reminding { answers, next })
    }

    async fn remind(&self, actor: &Actor, application: Uuid) -> Result<(Vec<String>, Vec<String>)> {
        let mut tx = self.db.enter::<acts::PassConclusion>(actor).await?;
        let row = applications::lock(&mut tx, application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        let case = permit.case();
        if case.status != Status::Registered || case.is_frozen() {
            return Err(Error::Stale);
        }
        let (mut told, mut before) = (Vec::new(), Vec::new());
        for person in month::reminded(&mut tx, &permit, holder(&case)).await? {
            if month::remind(&mut tx, &permit, person.account, self.today()).await? {
                letters::queue(&mut tx, &permit, LetterKind::ConclusionDue, person.account).await?;
                told.push(person.name);
            } else {
                before.push(person.name);
            }
        }
        if !told.is_empty() {
            events::audit_deed(&mut tx, Deed::RemindConclusion, Some(permit.id)).await?;
        }
        tx.commit().await?;
        Ok((told, before))
    }

    /// The moments a month of the region begins at and ends before.
    pub(crate) fn instants(&self, first: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
        let zone = self.zone();
        (
            zone.beginning_of(first),
            zone.beginning_of(months_after(first, 1)),
        )
    }
}

pub(crate) fn last_of(first: NaiveDate) -> NaiveDate {
    months_after(first, 1).pred_opt().unwrap_or(first)
}

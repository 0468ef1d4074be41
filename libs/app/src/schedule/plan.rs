//! The one act that sets period and experts of an application (R-PER-1, R-SCH-2): what is
//! planned is read, written and told. Who may take which place is in [`super::seats`].

use db::{
    Permit, Tx,
    applications::Application,
    events, letters,
    schedule::{self, Assigning},
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    letter::LetterKind,
    life::{PeriodMark, legal},
    schedule::{PLACES, is_gap},
};
use uuid::Uuid;

use super::{
    Period, assigning,
    gap::{ask, asks, comment},
    refusal,
    seats::{Seat, seats, write_seats},
};
use crate::{App, Error, FieldFault, Result, publications};

/// The acts that change a row of the schedule.
pub(super) const SETTING: &[Act] = &[Act::Assign, Act::AssignAny, Act::Reschedule];

/// Nothing is put into a period that is not open.
const CLOSED: &str = "Этот период уже утверждён: выберите другой";

/// What the form of a row says, as typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan<'a> {
    /// The period's id; empty to leave it as it is.
    pub period: &'a str,
    /// The experts' memberships by place; empty for an empty place.
    pub experts: [&'a str; PLACES],
    /// What the Centre is told of a place left empty; `None` to leave what it was told.
    pub comment: Option<&'a str>,
}

impl App {
    /// Sets period and experts of an application in one act; says whether anything changed.
    /// A place left empty beside a period is a gap the operators fill (R-SCH-2). `version` is
    /// the row's, 0 while there is none.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`], [`Error::Stale`],
    /// [`Error::Invalid`] for `period`, `expert1`, `expert2`, `comment`.
    pub async fn set_schedule(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        plan: Plan<'_>,
    ) -> Result<bool> {
        match assigning(actor.role) {
            Act::AssignAny => {
                self.plan::<acts::AssignAny>(actor, application, version, plan)
                    .await
            }
            _ => {
                self.plan::<acts::Assign>(actor, application, version, plan)
                    .await
            }
        }
    }

    async fn plan<A: Assigning>(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        plan: Plan<'_>,
    ) -> Result<bool> {
        let (mut tx, permit) = self.enter_case::<A>(actor, application).await?;
        legal(A::ACT, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(A::ACT, refusal))?;
        if permit.row.version != version {
            return Err(self.stale(&mut tx, &permit, SETTING).await?);
        }
        let periods = schedule::periods(&mut tx).await?;
        let experts = schedule::experts(&mut tx, &permit, None).await?;
        let assigned = schedule::assigned(&mut tx, &permit).await?;
        let mut faults = Vec::new();
        let no_period = refusal(&tx, actor, Act::SetPeriod, &permit);
        let period = period_of(&permit, plan.period, &periods, no_period, &mut faults);
        let seats = seats(actor, &assigned, &experts, plan.experts, &mut faults);
        let comment = comment(plan.comment, &mut faults);
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }

        let before: Vec<i64> = assigned.iter().map(|assigned| assigned.account).collect();
        let after: Vec<i64> = seats.iter().filter_map(Seat::account).collect();
        let period_changed = period != permit.row.period;
        let moved = write_seats(&mut tx, &permit, &assigned, &seats).await?;
        let gap = is_gap(period.is_some(), after.len());
        let asks = gap && asks(&mut tx, &permit, comment.as_deref()).await?;
        if !moved && !period_changed && !asks && gap == permit.row.gap_since.is_some() {
            return Ok(false);
        }
        schedule::save_row(&mut tx, &permit, period, gap)
            .await
            .map_err(|error| match error {
                // It was approved between the reading and the writing.
                error if error.is_constraint("schedule_row_open_period") => {
                    Error::field("period", CLOSED)
                }
                error => error.into(),
            })?;

        let mut history = Vec::new();
        if period_changed {
            let name = periods.iter().find(|known| Some(known.id) == period);
            history.push(tell_period(&mut tx, &permit, name).await?);
        }
        history.extend(tell_experts(&mut tx, &permit, &before, &seats).await?);
        if let Some(comment) = comment.filter(|_| asks) {
            history.push(ask(&mut tx, &permit, &comment).await?);
        }
        if !history.is_empty() {
            events::record(&mut tx, &permit, &history.join(". ")).await?;
        }
        // What changes after approval is the next version of the schedule (R-PER-1).
        if permit.row.mark == PeriodMark::Approved
            && let Some(period) = period
        {
            publications::schedule::publish(&mut tx, period).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// The period the row is to have, or a fault.
fn period_of(
    row: &Application,
    typed: &str,
    periods: &[Period],
    no_period: Option<String>,
    faults: &mut Vec<FieldFault>,
) -> Option<i32> {
    let now = row.row.period;
    let mut fault = |words: String| {
        faults.push(FieldFault::new("period", words));
        now
    };
    if typed.is_empty() {
        // A row that was left out of its approved period stays in it, though nobody chooses it now.
        let closed = |known: &Period| Some(known.id) == now && !known.open;
        return if now.is_none() || no_period.is_some() || periods.iter().any(closed) {
            now
        } else {
            fault("Выберите аттестационный период".to_owned())
        };
    }
    let chosen = periods
        .iter()
        .find(|period| period.public_id.to_string() == typed);
    match (chosen, no_period) {
        (Some(period), _) if Some(period.id) == now => now,
        (Some(_), Some(words)) => fault(words),
        (Some(period), None) if period.open => Some(period.id),
        (Some(_), None) => fault(CLOSED.to_owned()),
        (None, _) => fault("Выберите период из списка".to_owned()),
    }
}

/// Tells the teacher of its period; the words of the history.
async fn tell_period<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    period: Option<&Period>,
) -> Result<String> {
    letters::queue(tx, permit, LetterKind::PeriodSet, permit.account).await?;
    Ok(format!(
        "Аттестационный период: {}",
        period.map_or("не определён", |period| &period.name)
    ))
}

/// Tells the teacher of its experts, and those who came and went; the words of the history,
/// unless all are who they were.
async fn tell_experts<A: Assigning>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    before: &[i64],
    seats: &[Seat<'_>; PLACES],
) -> Result<Option<String>> {
    let after: Vec<i64> = seats.iter().filter_map(Seat::account).collect();
    let come = only_in(&after, before);
    let gone = only_in(before, &after);
    if come.is_empty() && gone.is_empty() {
        return Ok(None);
    }
    letters::queue(tx, permit, LetterKind::ExpertsAssigned, permit.account).await?;
    for account in gone {
        letters::queue(tx, permit, LetterKind::Unassigned, account).await?;
    }
    for account in come {
        letters::queue(tx, permit, LetterKind::Assigned, account).await?;
    }
    let names: Vec<&str> = seats.iter().filter_map(Seat::name).collect();
    Ok(Some(if names.is_empty() {
        "Специалисты: не назначены".to_owned()
    } else {
        format!("Специалисты: {}", names.join(", "))
    }))
}

fn only_in(these: &[i64], those: &[i64]) -> Vec<i64> {
    these
        .iter()
        .copied()
        .filter(|account| !those.contains(account))
        .collect()
}

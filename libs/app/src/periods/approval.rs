//! Approving a period (R-PER-1): what can be approved and what is left out by name, and the run
//! over all municipalities. A run that is interrupted goes on when it is asked for again.

use std::collections::BTreeMap;

use db::{
    applications, events, letters,
    periods::{self, ApprovalOrder},
    schedule::{self, Awaiting},
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    calendar::in_words,
    letter::LetterKind,
    life::{PeriodMark, Refusal, When, legal},
    words,
};
use uuid::Uuid;

use super::{Period, PeriodState};
use crate::{
    App, Error, FieldFault, Result,
    orders::{date, number},
    publications,
};

/// What approving a period would do now.
#[derive(Clone, Debug)]
pub struct Approval {
    /// The period.
    pub period: Period,
    /// How many rows can be approved, by municipality.
    pub ready: BTreeMap<String, usize>,
    /// The rows left out.
    pub left: Vec<Left>,
}

/// A row that is left out, by name.
#[derive(Clone, Debug)]
pub struct Left {
    /// The application.
    pub application: Uuid,
    /// ФИО.
    pub name: String,
    /// The municipality.
    pub municipality: String,
    /// Why, in words.
    pub reason: String,
}

/// The order that approves, as typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Typed<'a> {
    /// The period's version, as shown.
    pub version: i32,
    /// «173К».
    pub number: &'a str,
    /// Its date.
    pub date: &'a str,
}

/// What approving did.
#[derive(Debug)]
pub struct Approved {
    /// The period.
    pub period: Period,
    /// How many rows were approved in each municipality that had some, or why none were.
    pub done: BTreeMap<String, Result<usize>>,
    /// The rows left out.
    pub left: Vec<Left>,
    /// The version published; `None` if nothing changed.
    pub version: Option<i32>,
}

impl App {
    /// What approving a period would do now.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Illegal`] for a completed period.
    pub async fn approval(&self, actor: &Actor, period: Uuid) -> Result<Approval> {
        let mut tx = self.db.enter::<acts::ApprovePeriod>(actor).await?;
        let period = period_of(&mut tx, period).await?;
        let (ready, left) = judged(&mut tx, actor, period.id).await?;
        let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
        for row in ready {
            *by_name.entry(row.municipality).or_default() += 1;
        }
        Ok(Approval {
            period,
            ready: by_name,
            left,
        })
    }

    /// Approves a period by an order: the period itself first, so that no municipality puts a row
    /// into it any more, then its rows, those of a municipality in one transaction, then the
    /// version of its schedule. Repeated with the same order it goes on where it was interrupted;
    /// nothing is done twice.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`]; [`Error::Illegal`] for a
    /// completed period; [`Error::Invalid`] for `number`, `date` and a period nothing of which can be
    /// approved.
    pub async fn approve_period(
        &self,
        actor: &Actor,
        period: Uuid,
        typed: Typed<'_>,
    ) -> Result<Approved> {
        let (period, order, ready) = self.close_period(actor, period, typed).await?;
        let told = format!(
            "Аттестационный период утверждён (ПЕРИОД ЗАКРЫТ): {}, распоряжение от {} № {}",
            period.name,
            in_words(order.date),
            order.number
        );
        let mut done = BTreeMap::new();
        for rows in ready.chunk_by(|one, next| one.tenant == next.tenant) {
            let Some(first) = rows.first() else { continue };
            let outcome = self.approve_rows(actor, &period, rows, &told).await;
            done.insert(first.municipality.clone(), outcome);
        }
        let mut tx = self.db.enter::<acts::ApprovePeriod>(actor).await?;
        let period = publications::schedule::lock(&mut tx, period.id).await?;
        let version = publications::schedule::version(&mut tx, &period).await?;
        let (_, left) = judged(&mut tx, actor, period.id).await?;
        if version.is_some() {
            events::audit(&mut tx, Some(i64::from(period.id))).await?;
        }
        tx.commit().await?;
        Ok(Approved {
            period,
            done,
            left,
            version,
        })
    }

    /// Closes the period for municipalities by its order, and says what can be approved in it.
    async fn close_period(
        &self,
        actor: &Actor,
        period: Uuid,
        typed: Typed<'_>,
    ) -> Result<(Period, ApprovalOrder, Vec<Awaiting>)> {
        let mut tx = self.db.enter::<acts::ApprovePeriod>(actor).await?;
        let period = period_of(&mut tx, period).await?;
        let period = publications::schedule::lock(&mut tx, period.id).await?;
        let (ready, _) = judged(&mut tx, actor, period.id).await?;
        let order = self.order_of(typed, ready.is_empty() && period.order.is_none())?;
        // Somebody approves by the same order at this moment, or did and was interrupted.
        if period.order.as_ref() == Some(&order) {
            return Ok((period, order, ready));
        }
        if period.version != typed.version {
            return Err(Error::Stale);
        }
        periods::approve(&mut tx, &period, &order).await?;
        events::audit(&mut tx, Some(i64::from(period.id))).await?;
        tx.commit().await?;
        Ok((period, order, ready))
    }

    fn order_of(&self, typed: Typed<'_>, nothing: bool) -> Result<ApprovalOrder> {
        let mut faults = Vec::new();
        let number = number(typed.number)
            .map_err(|words| faults.push(FieldFault::new("number", words)))
            .ok();
        let date = date(typed.date, self.today())
            .map_err(|words| faults.push(FieldFault::new("date", words)))
            .ok();
        if nothing {
            faults.push(FieldFault::new(
                "",
                "В этом периоде нет строк, которые можно утвердить",
            ));
        }
        match (number, date) {
            (Some(number), Some(date)) if faults.is_empty() => Ok(ApprovalOrder {
                number: number.as_str().to_owned(),
                date,
            }),
            _ => Err(Error::Invalid(faults)),
        }
    }

    /// Approves rows of one municipality and publishes its part; says how many were approved now.
    async fn approve_rows(
        &self,
        actor: &Actor,
        period: &Period,
        rows: &[Awaiting],
        told: &str,
    ) -> Result<usize> {
        let mut tx = self.db.enter::<acts::ApprovePeriod>(actor).await?;
        let mut approved = 0;
        for awaiting in rows {
            let row = applications::lock(&mut tx, awaiting.public_id)
                .await?
                .ok_or(Error::NotFound)?;
            let permit = tx.may(row).await?;
            let moved = permit.row.period != Some(period.id);
            // Whoever was quicker did it, or made it impossible: then it is left out by name.
            if moved || legal(Act::ApprovePeriod, actor.role, &permit.case()).is_err() {
                continue;
            }
            schedule::approve_row(&mut tx, &permit).await?;
            events::record(&mut tx, &permit, told).await?;
            let kind = LetterKind::PeriodApproved;
            letters::queue(&mut tx, &permit, kind, permit.account).await?;
            for expert in schedule::assigned(&mut tx, &permit).await? {
                letters::queue(&mut tx, &permit, kind, expert.account).await?;
            }
            approved += 1;
        }
        if approved > 0 {
            let period = publications::schedule::lock(&mut tx, period.id).await?;
            publications::schedule::part(&mut tx, &period).await?;
        }
        tx.commit().await?;
        Ok(approved)
    }
}

async fn period_of(scope: &mut db::Scope, period: Uuid) -> Result<Period> {
    let period = periods::find(scope, period).await?.ok_or(Error::NotFound)?;
    if period.state == PeriodState::Completed {
        return Err(Error::Illegal(
            "Период завершён: по всем его строкам приняты решения.".to_owned(),
        ));
    }
    Ok(period)
}

/// The preliminary rows of a period: those that can be approved by this person, and the others.
async fn judged(
    scope: &mut db::Scope,
    actor: &Actor,
    period: i32,
) -> Result<(Vec<Awaiting>, Vec<Left>)> {
    let mut ready = Vec::new();
    let mut left = Vec::new();
    for row in schedule::preliminary(scope, period).await? {
        let reason = match legal(Act::ApprovePeriod, actor.role, &row.case) {
            Ok(_) if row.account == actor.account.0 => {
                Some("это Ваше заявление: утвердит другой оператор".to_owned())
            }
            Ok(_) => None,
            Err(refusal) => Some(reason(&row, refusal)),
        };
        match reason {
            None => ready.push(row),
            Some(reason) => left.push(Left {
                application: row.public_id,
                name: row.full_name,
                municipality: row.municipality,
                reason,
            }),
        }
    }
    // The rows come as they are to be published; people read them the other way round.
    left.sort_by(|one, other| {
        (&one.municipality, &one.name).cmp(&(&other.municipality, &other.name))
    });
    Ok((ready, left))
}

fn reason(row: &Awaiting, refusal: Refusal) -> String {
    match refusal {
        Refusal::Condition(When::ReadyToApprove) if row.case.experts == 1 => {
            "нет второго специалиста".to_owned()
        }
        Refusal::Condition(When::ReadyToApprove) => "специалисты не назначены".to_owned(),
        Refusal::Condition(When::NotFrozen) => "рассматривается отзыв".to_owned(),
        _ => {
            debug_assert_eq!(row.case.period, PeriodMark::Preliminary);
            words::refusal(Act::ApprovePeriod, refusal)
        }
    }
}

//! Orders (распоряжения): recorded with decisions for many applications in one go (R-ORD-1), or
//! with decisions that supersede earlier ones (R-APP-10). Each application is decided in a
//! transaction of its own and answered for itself; a repeated recording finds the order and what
//! it decided already. Reading orders and matching an order's annex stand in `orders/…`.

mod matching;
mod reading;

use bytes::Bytes;
use chrono::NaiveDate;
use db::{
    applications::lists,
    decisions, events,
    journal::{self, Became},
    letters, orders, periods,
};
use domain::{
    act::{Act, Doing, acts},
    actor::Actor,
    audit::Deed,
    calendar::{self, in_words, months_before},
    letter::LetterKind,
    life::{Refusal, legal},
    reference::Decision,
    value::OrderNumber,
    words,
};
use futures::Stream;
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result, files::Received};

pub use db::{
    decisions::{Decided, Holding, Ready},
    orders::Order,
    periods::Period,
};
pub use matching::{Annex, Matched, Matching, READ};
pub use reading::{Asked, OFFERED, Offer, OrderView, Orders};

/// The most applications one recording decides about: what a matched annex brings.
pub const DECIDED: usize = 1000;

/// Orders are signed on paper and scanned.
const PDF: &str = "application/pdf";

/// An order is recorded within so many months of its date; an older one is a slip of the year.
const MONTHS: u32 = 60;

/// The acts that take the decision out of one's hands: who was quicker is told.
const MOVES: &[Act] = &[
    Act::Decide,
    Act::Supersede,
    Act::Correct,
    Act::Annul,
    Act::AcceptWithdrawal,
];

/// An order as typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// «173К».
    pub number: String,
    /// Its date.
    pub date: String,
    /// Its file; not needed for one recorded before.
    pub file: Option<Received>,
}

/// What an order says about one application.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The application.
    pub application: Uuid,
    /// Its version, as shown.
    pub version: i32,
    /// What is to be decided.
    pub decision: Decision,
    /// Whether that supersedes the decision that holds; else it is the first.
    pub supersedes: bool,
}

/// What became of one application: its id, ФИО as far as it is seen, the decision in words.
pub type Answered = (Uuid, String, Result<String>);

/// What became of an order.
#[derive(Debug)]
pub struct Recorded {
    /// The order.
    pub order: Order,
    /// Whether another file was sent for an order recorded before: the first one stays.
    pub kept_former_file: bool,
    /// Each application's answer.
    pub answers: Vec<Answered>,
}

/// Which file an order has that somebody has just typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileOf {
    /// The one that was sent with it.
    Typed,
    /// The one it was recorded with, the same or none sent now.
    Former,
    /// The one it was recorded with, though another was sent now.
    Other,
}

impl App {
    /// Receives the file of an order, which belongs to no municipality.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that never decide, before a byte is read; else as
    /// [`App::receive`].
    pub async fn receive_order<S, E>(
        &self,
        actor: &Actor,
        field: &'static str,
        name: &str,
        stream: S,
    ) -> Result<Received>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + Send,
    {
        let tx = self.db.enter::<acts::Decide>(actor).await?;
        drop(tx);
        self.receive_under("r", field, name, stream).await
    }

    /// Records an order and decides each of `wanted` by it, as far as it can be decided now. The
    /// same number and date are the same order, so it is safe to repeat: what is decided already
    /// says so. A file that was not needed is taken away again, and so it is on failure.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `number`, `date`, `file` and an order that decides nothing;
    /// nothing is recorded then. Otherwise only when nobody could be answered.
    pub async fn record_order(
        &self,
        actor: &Actor,
        typed: &Typed,
        wanted: &[Wanted],
    ) -> Result<Recorded> {
        let recorded = self.enter_order(actor, typed, wanted.is_empty()).await;
        let spare = match &recorded {
            Ok((_, FileOf::Typed)) => None,
            Err(error) if error.is_outage() => None,
            _ => typed.file.as_ref(),
        };
        self.discard(&Vec::from_iter(spare.cloned())).await;
        let (order, file) = recorded?;
        let ids: Vec<Uuid> = wanted.iter().map(|wanted| wanted.application).collect();
        let mut tx = self.db.enter::<acts::Decide>(actor).await?;
        let names = lists::names(&mut tx, &ids).await?;
        drop(tx);
        let mut answers = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            let id = wanted.application;
            let name = names
                .iter()
                .find(|(named, _)| *named == id)
                .map(|(_, name)| name.clone())
                .unwrap_or_default();
            let decided = if wanted.supersedes {
                self.supersede(actor, &order, *wanted).await
            } else {
                self.decide(actor, &order, *wanted).await
            };
            match decided {
                Err(error @ (Error::SignedOut | Error::Unavailable(_) | Error::Internal(_)))
                    if answers.is_empty() =>
                {
                    return Err(error);
                }
                outcome => answers.push((id, name, outcome)),
            }
        }
        self.complete_periods::<acts::Decide>(actor).await?;
        self.publish_results(actor, &order).await;
        Ok(Recorded {
            order,
            kept_former_file: file == FileOf::Other,
            answers,
        })
    }

    /// Completes the approved periods of which nothing is left to decide (R-PER-1), after `A` has
    /// taken a row. In a transaction of its own, after the ones that did: of two that take the last
    /// rows at once, whoever comes here later sees both.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that never do `A`.
    pub(crate) async fn complete_periods<A: Doing>(&self, actor: &Actor) -> Result<()> {
        let mut tx = self.db.enter::<A>(actor).await?;
        for period in periods::complete(&mut tx).await? {
            events::audit_deed(&mut tx, Deed::CompletePeriod, Some(i64::from(period))).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The order as typed: recorded now or before, and which file it has.
    async fn enter_order(
        &self,
        actor: &Actor,
        typed: &Typed,
        decides_nothing: bool,
    ) -> Result<(Order, FileOf)> {
        let mut tx = self.db.enter::<acts::Decide>(actor).await?;
        let mut faults = Vec::new();
        let number = number(&typed.number)
            .map_err(|words| faults.push(FieldFault::new("number", words)))
            .ok();
        let date = date(&typed.date, self.today())
            .map_err(|words| faults.push(FieldFault::new("date", words)))
            .ok();
        let named = number.zip(date);
        let known = match &named {
            Some((number, date)) => orders::called(&mut tx, number, *date).await?,
            None => None,
        };
        match &typed.file {
            Some(file) if file.content_type != PDF => {
                faults.push(FieldFault::new("file", "Распоряжение – это файл PDF"));
            }
            None if known.is_none() => {
                faults.push(FieldFault::new("file", "Выберите файл распоряжения"));
            }
            _ => {}
        }
        if decides_nothing {
            faults.push(FieldFault::new(
                "",
                "Выберите решение хотя бы для одного заявления",
            ));
        }
        let Some((number, date)) = named.filter(|_| faults.is_empty()) else {
            return Err(Error::Invalid(faults));
        };
        let added = match (&known, &typed.file) {
            (None, Some(file)) => {
                let order = orders::NewOrder {
                    number: &number,
                    date,
                    s3_key: &file.key,
                    file_name: &file.name,
                    size: file.size,
                    sha256: &file.sha256,
                };
                orders::add(&mut tx, order).await?
            }
            _ => None,
        };
        if let Some(id) = added {
            events::audit_deed(&mut tx, Deed::RecordOrder, Some(id)).await?;
        }
        // Somebody may have recorded it between the two.
        let order = orders::called(&mut tx, &number, date)
            .await?
            .ok_or(Error::Stale)?;
        tx.commit().await?;
        let file = match &typed.file {
            Some(_) if added.is_some() => FileOf::Typed,
            Some(file) if file.sha256.as_slice() != order.sha256 => FileOf::Other,
            _ => FileOf::Former,
        };
        Ok((order, file))
    }

    /// Decides one application by an order; answers with the decision in words.
    async fn decide(&self, actor: &Actor, order: &Order, wanted: Wanted) -> Result<String> {
        let (mut tx, permit) = self
            .enter_case::<acts::Decide>(actor, wanted.application)
            .await?;
        if let Err(refusal) = legal(Act::Decide, actor.role, &permit.case()) {
            let mut sentence = words::refusal(Act::Decide, refusal);
            if let Some(held) = decisions::holding(&mut tx, &permit).await? {
                sentence = format!("{sentence} {}.", told(&held));
            }
            return Err(Error::Illegal(sentence));
        }
        if permit.version != wanted.version {
            return Err(self.stale(&mut tx, &permit, MOVES).await?);
        }
        let experts = decisions::decide(&mut tx, &permit, order, wanted.decision).await?;
        let told = words::decision(wanted.decision, &order.number, order.date);
        events::record(&mut tx, &permit, &told).await?;
        letters::queue(&mut tx, &permit, LetterKind::Decided, permit.account).await?;
        for expert in experts {
            letters::queue(&mut tx, &permit, LetterKind::Unassigned, expert).await?;
        }
        tx.commit().await?;
        Ok(told)
    }

    /// Supersedes the decision that holds for one application by a later order; answers with the
    /// new decision in words.
    async fn supersede(&self, actor: &Actor, order: &Order, wanted: Wanted) -> Result<String> {
        let (mut tx, permit) = self
            .enter_case::<acts::Supersede>(actor, wanted.application)
            .await?;
        legal(Act::Supersede, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(Act::Supersede, refusal))?;
        let held = decisions::holding(&mut tx, &permit)
            .await?
            .ok_or(Error::NotFound)?;
        if held.order == order.public_id {
            return Err(Error::Illegal(format!(
                "{} {}.",
                words::refusal(Act::Decide, Refusal::Status(permit.status)),
                told(&held)
            )));
        }
        let former = decisions::superseded(&mut tx, &permit).await?;
        if former
            .iter()
            .any(|past| past.former.order == order.public_id)
        {
            return Err(Error::Illegal(format!(
                "Решение этого распоряжения уже заменено: второй раз одно распоряжение об одном заявлении не решает. {}.",
                told(&held)
            )));
        }
        if order.date < held.date {
            return Err(Error::Illegal(format!(
                "Решение заменяет только более позднее распоряжение. {}.",
                told(&held)
            )));
        }
        if permit.version != wanted.version {
            return Err(self.stale(&mut tx, &permit, MOVES).await?);
        }
        decisions::supersede(&mut tx, &permit, order, wanted.decision).await?;
        let told = format!(
            "Решение заменено. {}",
            words::decision(wanted.decision, &order.number, order.date)
        );
        events::record(&mut tx, &permit, &told).await?;
        letters::queue(&mut tx, &permit, LetterKind::Decided, permit.account).await?;
        // The journal comes last: its counter is locked until the commit (R-APP-5).
        journal::correct(&mut tx, &permit, Became::Superseded).await?;
        tx.commit().await?;
        Ok(told)
    }
}

fn told(held: &Holding) -> String {
    words::decision(held.decision, &held.number, held.date)
}

pub(crate) fn number(typed: &str) -> Result<OrderNumber, String> {
    let number = OrderNumber::parse(typed).map_err(|fault| fault.to_string())?;
    if number.as_str().chars().any(char::is_numeric) {
        Ok(number)
    } else {
        Err("Введите номер с цифрами, например 173К".to_owned())
    }
}

pub(crate) fn date(typed: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let date = calendar::parse(typed).map_err(|fault| fault.to_string())?;
    if date > today {
        Err("Дата распоряжения не может быть в будущем".to_owned())
    } else if date < months_before(today, MONTHS) {
        Err(format!(
            "Дата слишком давняя: не раньше {}",
            in_words(months_before(today, MONTHS))
        ))
    } else {
        Ok(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_ord_1_an_order_has_a_number_and_a_date_that_can_be() {
        let today = NaiveDate::from_ymd_opt(2026, 12, 2).unwrap();
        assert_eq!(number("№ 173К").unwrap().as_str(), "173К");
        for nonsense in ["", "№", "!!!", "приказ", &"1".repeat(31)] {
            assert!(number(nonsense).is_err(), "{nonsense}");
        }
        assert_eq!(date("2.12.2026", today), Ok(today));
        for nonsense in ["", "31.02.2026", "03.12.2026", "01.12.2021", "вчера"] {
            assert!(date(nonsense, today).is_err(), "{nonsense}");
        }
    }
}

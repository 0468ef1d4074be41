//! Orders (распоряжения): recorded with decisions for many applications in one go (R-ORD-1),
//! listed, opened. Each application is decided in a transaction of its own and answered for
//! itself; a repeated recording finds the order and what it decided already.

use bytes::Bytes;
use chrono::NaiveDate;
use db::{
    applications::{self, lists},
    decisions::{self, Narrowed},
    events, letters, orders, periods,
};
use domain::{
    act::{Act, acts},
    actor::{Actor, TenantId},
    audit::Deed,
    calendar::{self, in_words, months_before},
    letter::LetterKind,
    life::legal,
    reference::Decision,
    value::OrderNumber,
    words,
};
use futures::Stream;
use uuid::Uuid;

use crate::{
    App, Error, FieldFault, Result,
    files::{Opened, Received},
};

pub use db::{
    decisions::{Decided, Holding, OFFERED, Ready},
    orders::Order,
    periods::Period,
};

/// Orders are signed on paper and scanned.
const PDF: &str = "application/pdf";

/// An order is recorded within so many months of its date; an older one is a slip of the year.
const MONTHS: u32 = 60;

/// The acts that take the decision out of one's hands: who was quicker is told.
const MOVES: &[Act] = &[Act::Decide, Act::Annul, Act::AcceptWithdrawal];

/// A page of orders, and the order the next one goes on from.
#[derive(Clone, Debug)]
pub struct Orders {
    /// The orders, newest first.
    pub rows: Vec<Order>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Uuid>,
}

/// An order with a page of its decisions.
#[derive(Clone, Debug)]
pub struct OrderView {
    /// The order.
    pub order: Order,
    /// The decisions.
    pub decisions: Vec<Decided>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<i64>,
}

/// What an order may decide now, as filtered.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The applications, [`OFFERED`] at most.
    pub rows: Vec<Ready>,
    /// Whether there are more.
    pub more: bool,
    /// The periods to filter by.
    pub periods: Vec<Period>,
}

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

impl App {
    /// A page of orders, from behind the order `after` on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that read single decisions only.
    pub async fn orders(&self, actor: &Actor, after: Option<Uuid>) -> Result<Orders> {
        let mut tx = self.db.enter::<acts::Decide>(actor).await?;
        let mut rows = orders::page(&mut tx, after).await?;
        let more = rows.len() > orders::PAGE;
        rows.truncate(orders::PAGE);
        let next = rows.last().filter(|_| more).map(|order| order.public_id);
        Ok(Orders { rows, next })
    }

    /// The applications an order may decide now: of one municipality, of one period by its
    /// public id, or all.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that never decide.
    pub async fn decidable(
        &self,
        actor: &Actor,
        tenant: Option<TenantId>,
        period: Option<Uuid>,
    ) -> Result<Offer> {
        let mut tx = self.db.enter::<acts::Decide>(actor).await?;
        let periods = periods::all(&mut tx).await?;
        let period = periods
            .iter()
            .find(|known| Some(known.public_id) == period)
            .map(|known| known.id);
        let mut rows = decisions::ready(&mut tx, Narrowed { tenant, period }).await?;
        let more = rows.len() > OFFERED;
        rows.truncate(OFFERED);
        Ok(Offer {
            rows,
            more,
            periods,
        })
    }

    /// One order with its decisions, from behind the decision `after` on.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn order(&self, actor: &Actor, order: Uuid, after: i64) -> Result<OrderView> {
        let mut tx = self.db.enter::<acts::ReadOrders>(actor).await?;
        let order = orders::find(&mut tx, order).await?.ok_or(Error::NotFound)?;
        let permit = orders::may_read(&mut tx, order).await?;
        let mut decisions = decisions::of_order(&mut tx, &permit, after).await?;
        let more = decisions.len() > decisions::PAGE;
        decisions.truncate(decisions::PAGE);
        let next = decisions.last().filter(|_| more).map(|row| row.id);
        Ok(OrderView {
            order: permit.into_row(),
            decisions,
            next,
        })
    }

    /// Opens the file of an order for whoever may read it; the opening stays in the audit.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an order that decides nothing the actor sees;
    /// [`Error::Unavailable`] if the store does not have its bytes.
    pub async fn open_order(&self, actor: &Actor, order: Uuid) -> Result<(String, Opened)> {
        // The store is asked between two transactions: a slow one holds no connection.
        let key = {
            let mut tx = self.db.enter::<acts::ReadOrders>(actor).await?;
            let order = orders::find(&mut tx, order).await?.ok_or(Error::NotFound)?;
            orders::may_read(&mut tx, order).await?.into_row().s3_key
        };
        let object = self.store.get(&key).await?;
        let object = object
            .ok_or_else(|| Error::Unavailable(format!("no object for order {order}").into()))?;
        let mut tx = self.db.enter::<acts::ReadOrders>(actor).await?;
        let order = orders::find(&mut tx, order).await?.ok_or(Error::NotFound)?;
        let order = orders::may_read(&mut tx, order).await?.into_row();
        events::audit(&mut tx, Some(order.id)).await?;
        tx.commit().await?;
        let opened = Opened {
            content_type: PDF.to_owned(),
            size: object.size,
            body: object.body,
        };
        Ok((order.file_name, opened))
    }

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
            Ok((order, _)) => typed.file.as_ref().filter(|file| file.key != order.s3_key),
            Err(_) => typed.file.as_ref(),
        };
        self.discard(&Vec::from_iter(spare.cloned())).await;
        let (order, kept_former_file) = recorded?;
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
            match self.decide(actor, &order, *wanted).await {
                Err(error @ (Error::SignedOut | Error::Unavailable(_) | Error::Internal(_)))
                    if answers.is_empty() =>
                {
                    return Err(error);
                }
                outcome => answers.push((id, name, outcome)),
            }
        }
        self.publish_results(actor, &order).await;
        Ok(Recorded {
            order,
            kept_former_file,
            answers,
        })
    }

    /// The order as typed: recorded now or before, and whether it keeps another file than sent.
    async fn enter_order(
        &self,
        actor: &Actor,
        typed: &Typed,
        decides_nothing: bool,
    ) -> Result<(Order, bool)> {
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
        let other = typed
            .file
            .as_ref()
            .is_some_and(|file| file.sha256.as_slice() != order.sha256);
        Ok((order, other))
    }

    /// Decides one application by an order; answers with the decision in words.
    async fn decide(&self, actor: &Actor, order: &Order, wanted: Wanted) -> Result<String> {
        let mut tx = self.db.enter::<acts::Decide>(actor).await?;
        let row = applications::lock(&mut tx, wanted.application)
            .await?
            .ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        if let Err(refusal) = legal(Act::Decide, actor.role, &permit.case()) {
            let mut sentence = words::refusal(Act::Decide, refusal);
            if let Some(held) = decisions::holding(&mut tx, &permit).await? {
                let told = words::decision(held.decision, &held.number, held.date);
                sentence = format!("{sentence} {told}.");
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

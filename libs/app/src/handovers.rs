//! Registers of handing over (реестры передачи, R-CON-2): made by the coordinator of what it
//! passed to the Centre in a month, confirmed by the Centre row by row. A register moves no
//! conclusion: passing, returning and accepting are [`crate::conclusions`]'.

use chrono::NaiveDate;
use db::{
    applications,
    conclusions::month,
    events,
    handovers::{self, Giver},
    letters,
    printouts::{self, Request},
};
use domain::{
    act::acts,
    actor::Actor,
    audit::Deed,
    calendar::{first_of_month, month_name},
    letter::LetterKind,
    reference::Category,
    value::Line,
};
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result};

pub use db::handovers::{Handover, Named, Receipt};

/// The most conclusions of one register; the rest goes into the next.
const MOST: usize = 200;
/// The longest note on a row, in characters.
const NOTE: usize = 300;

/// What the names of a row's fields begin with, received or not and the note on it; the
/// application's id follows.
pub const RECEIVED: &str = "received.";
/// As [`RECEIVED`].
pub const NOTED: &str = "note.";

/// A page of registers, and the register the next one goes on from.
#[derive(Clone, Debug)]
pub struct Handovers {
    /// The registers, newest first.
    pub rows: Vec<Handover>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Uuid>,
}

/// A register with what it names.
#[derive(Clone, Debug)]
pub struct HandoverView {
    /// The register.
    pub handover: Handover,
    /// What it names, in its order.
    pub rows: Vec<Named>,
}

/// The columns every table of a register's rows begins with.
pub const COLUMNS: [&str; 6] = [
    "№",
    "ФИО",
    "Должность",
    "Место работы",
    "Заявленная категория",
    "Период",
];

/// The cells of the `n`th row, one a column.
#[must_use]
pub fn cells(n: usize, named: &Named) -> [String; COLUMNS.len()] {
    let name = match named.name.as_str() {
        "" => "передано в другой муниципалитет",
        name => name,
    };
    [
        n.to_string(),
        name.to_owned(),
        named.position.clone(),
        named.organisation.clone(),
        named.category.map_or("", Category::name).to_owned(),
        named.period.clone(),
    ]
}

impl App {
    /// A page of registers: the coordinator's of its municipality, the operator's of all.
    /// `waiting`: only those the Centre has not confirmed.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for roles that read no conclusions.
    pub async fn handovers(
        &self,
        actor: &Actor,
        waiting: bool,
        after: Option<Uuid>,
    ) -> Result<Handovers> {
        let mut tx = self.db.enter::<acts::ReadConclusion>(actor).await?;
        let mut rows = handovers::page(&mut tx, waiting, after).await?;
        let more = rows.len() > handovers::PAGE;
        rows.truncate(handovers::PAGE);
        let next = rows.last().filter(|_| more).map(|row| row.public_id);
        Ok(Handovers { rows, next })
    }

    /// A register with what it names.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn handover(&self, actor: &Actor, id: Uuid) -> Result<HandoverView> {
        let mut tx = self.db.enter::<acts::ReadConclusion>(actor).await?;
        let handover = handovers::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let permit = tx.may(handover).await?;
        let rows = handovers::rows(&mut tx, &permit).await?;
        Ok(HandoverView {
            handover: permit.into_row(),
            rows,
        })
    }

    /// Has a register printed, to be signed: the printout's id.
    ///
    /// # Errors
    /// As [`App::handover`].
    pub async fn print_handover(&self, actor: &Actor, id: Uuid) -> Result<Uuid> {
        let mut tx = self.db.enter::<acts::ReadConclusion>(actor).await?;
        let handover = handovers::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let permit = tx.may(handover).await?;
        let request = Request::Handover {
            municipality: permit.tenant.0,
            id,
        };
        let printout = printouts::ask(&mut tx, &request).await?;
        events::audit(&mut tx, Some(permit.id)).await?;
        tx.commit().await?;
        Ok(printout)
    }

    /// Makes a register of the conclusions passed to the Centre in the month `wanted`, or in the
    /// one it is, that no register names yet. Returns its id in addresses.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Illegal`] where there are none, so that a second press makes
    /// no second register.
    pub async fn make_handover(&self, actor: &Actor, wanted: Option<NaiveDate>) -> Result<Uuid> {
        let first = first_of_month(wanted.unwrap_or_else(|| self.today()));
        let mut tx = self.db.enter::<acts::PassConclusion>(actor).await?;
        let giver = actor.tenant.map(Giver).ok_or(Error::Forbidden)?;
        let permit = tx.may(giver).await?;
        handovers::lock(&mut tx, &permit).await?;
        let (from, before) = self.instants(first);
        let passed = month::passed(&mut tx, from, before).await?;
        let mut named: Vec<Uuid> = passed
            .into_iter()
            .filter(|row| !row.handed_over)
            .map(|row| row.application)
            .collect();
        named.truncate(MOST);
        if named.is_empty() {
            return Err(Error::Illegal(format!(
                "За {} нет переданных в Центр заключений, которые ещё не вошли в реестр.",
                month_name(first)
            )));
        }
        let (id, public_id) = handovers::add(&mut tx, &permit, first, self.today(), &named).await?;
        events::audit_deed(&mut tx, Deed::RecordHandover, Some(id)).await?;
        tx.commit().await?;
        Ok(public_id)
    }

    /// Confirms a register for the Centre: what came of each row, once and for all. What is missing
    /// is named to the coordinators. Returns how many are.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`] by `version` or when it was
    /// confirmed meanwhile, [`Error::Invalid`] for a row that is missing without a note (`note`)
    /// or of which nothing is said.
    pub async fn confirm_handover(
        &self,
        actor: &Actor,
        id: Uuid,
        version: i32,
        receipts: &[Receipt],
    ) -> Result<usize> {
        let mut tx = self.db.enter::<acts::AcceptConclusion>(actor).await?;
        let handover = handovers::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let permit = tx.may(handover).await?;
        if permit.confirmed_at.is_some() {
            return Err(Error::Illegal(format!(
                "Получение по реестру уже подтверждено: {}.",
                permit.confirmed_by
            )));
        }
        if permit.version != version {
            return Err(Error::Stale);
        }
        let rows = handovers::rows(&mut tx, &permit).await?;
        let receipts = said(&rows, receipts)?;
        handovers::confirm(&mut tx, &permit, &receipts).await?;
        events::audit_deed(&mut tx, Deed::ConfirmHandover, Some(permit.id)).await?;
        let coordinators = letters::coordinators(&mut tx).await?;
        let missing: Vec<&Receipt> = receipts.iter().filter(|row| !row.received).collect();
        for row in &missing {
            // A case that went to another municipality has its letters there.
            let Some(case) = applications::lock(&mut tx, row.application).await? else {
                continue;
            };
            if case.tenant != permit.tenant {
                continue;
            }
            let case = tx.may(case).await?;
            for account in &coordinators {
                letters::queue(&mut tx, &case, LetterKind::ConclusionMissing, *account).await?;
            }
        }
        let missing = missing.len();
        tx.commit().await?;
        Ok(missing)
    }
}

/// What is said of each row of a register, in its order.
fn said(rows: &[Named], typed: &[Receipt]) -> Result<Vec<Receipt>> {
    let mut faults = Vec::new();
    let mut receipts = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(typed) = typed
            .iter()
            .find(|typed| typed.application == row.application)
        else {
            faults.push(FieldFault::new(
                format!("{RECEIVED}{}", row.application),
                format!("{}: отметьте, получено ли заключение", row.name),
            ));
            continue;
        };
        let field = || format!("{NOTED}{}", row.application);
        match Line::parse_optional(&typed.note, NOTE) {
            Ok(None) if !typed.received => {
                faults.push(FieldFault::new(
                    field(),
                    format!("{}: напишите, чего не хватает", row.name),
                ));
            }
            Ok(note) => receipts.push(Receipt {
                note: note.map(|note| note.to_string()).unwrap_or_default(),
                ..typed.clone()
            }),
            Err(fault) => faults.push(FieldFault::new(field(), format!("{}: {fault}", row.name))),
        }
    }
    if faults.is_empty() {
        Ok(receipts)
    } else {
        Err(Error::Invalid(faults))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_con_2_what_is_missing_is_told_in_words() {
        let rows = [1, 2].map(|n| Named {
            application: Uuid::from_u128(n),
            name: format!("Иванова {n}"),
            position: String::new(),
            organisation: String::new(),
            category: None,
            period: String::new(),
            received: None,
            note: String::new(),
        });
        let receipt = |n, received, note: &str| Receipt {
            application: Uuid::from_u128(n),
            received,
            note: note.to_owned(),
        };
        let told = said(
            &rows,
            &[receipt(2, false, " нет\nлистов "), receipt(1, true, "")],
        )
        .unwrap();
        assert_eq!(
            told[0].application,
            Uuid::from_u128(1),
            "the register's order"
        );
        assert_eq!(told[1].note, "нет листов");
        let fault = |typed: &[Receipt]| {
            match said(&rows, typed) {
                Err(Error::Invalid(faults)) => {
                    faults.into_iter().map(|fault| fault.field.into_owned())
                }
                other => panic!("{other:?}"),
            }
            .collect::<Vec<_>>()
        };
        let second = Uuid::from_u128(2);
        assert_eq!(
            fault(&[receipt(1, true, "")]),
            [format!("received.{second}")],
            "nothing said of a row"
        );
        assert_eq!(
            fault(&[receipt(1, true, ""), receipt(2, false, " ")]),
            [format!("note.{second}")]
        );
    }
}

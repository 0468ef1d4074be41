//! Attestation periods: listing and creating them (R-PER-1). Approving one is in `approval`, what
//! is known of one in `overview`,
//! its regional schedule in [`schedule`].

mod approval;
mod overview;
pub mod schedule;

use db::{events, periods};
use domain::{
    act::acts,
    actor::Actor,
    calendar::{self, Span},
    value::Line,
};

pub use approval::{Approval, Approved, Left, Typed};
pub use db::periods::{Period, PeriodState};
pub use overview::Overview;

use crate::{App, Error, FieldFault, Result};

/// A period as typed.
#[derive(Clone, Debug, Default)]
pub struct NewPeriod {
    /// «октябрь-ноябрь 2026».
    pub name: String,
    /// The first day, as typed.
    pub starts: String,
    /// The last day, as typed.
    pub ends: String,
}

const TAKEN: &str = "Период с таким названием уже есть";

impl App {
    /// Every period, the latest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn periods(&self, actor: &Actor) -> Result<Vec<Period>> {
        let mut tx = self.db.enter::<acts::ReadPeriods>(actor).await?;
        Ok(periods::all(&mut tx).await?)
    }

    /// Creates a period. Names are unique, windows have no day in common.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all faults.
    pub async fn create_period(&self, actor: &Actor, typed: &NewPeriod) -> Result<()> {
        let mut tx = self.db.enter::<acts::ManagePeriods>(actor).await?;
        let known = periods::all(&mut tx).await?;
        let (name, window) = parse(typed, &known)?;
        let id = periods::create(&mut tx, &name, window)
            .await
            // Somebody created one between the reading and the writing.
            .map_err(|error| match error {
                error if error.is_constraint("period_name_key") => Error::field("name", TAKEN),
                error if error.is_constraint("period_windows_apart") => {
                    Error::field("starts", "Период пересекается с другим периодом")
                }
                error => error.into(),
            })?;
        events::audit(&mut tx, Some(i64::from(id))).await?;
        Ok(tx.commit().await?)
    }
}

fn parse(typed: &NewPeriod, known: &[Period]) -> Result<(Line, Span)> {
    let mut faults = Vec::new();
    let name = Line::parse(&typed.name, 100)
        .map_err(|fault| faults.push(FieldFault::new("name", fault.to_string())));
    if let Ok(name) = &name
        && known.iter().any(|period| period.name == name.as_str())
    {
        faults.push(FieldFault::new("name", TAKEN));
    }
    let mut date = |field, text: &str| {
        calendar::parse(text)
            .map_err(|fault| faults.push(FieldFault::new(field, fault.to_string())))
            .ok()
    };
    let (starts, ends) = (date("starts", &typed.starts), date("ends", &typed.ends));
    let mut window = None;
    if let (Some(starts), Some(ends)) = (starts, ends) {
        window = Span::new(starts, ends).filter(|span| span.from() < span.to());
        match window {
            None => faults.push(FieldFault::new(
                "ends",
                "Окончание должно быть позже начала",
            )),
            Some(window) => {
                faults.extend(
                    overlapped(window, known).map(|words| FieldFault::new("starts", words)),
                );
            }
        }
    }
    match (name, window) {
        (Ok(name), Some(window)) if faults.is_empty() => Ok((name, window)),
        _ => Err(Error::Invalid(faults)),
    }
}

/// The period whose days the window would share, in words.
fn overlapped(window: Span, known: &[Period]) -> Option<String> {
    let other = known.iter().find(|period| {
        Span::new(period.starts, period.ends).is_some_and(|span| span.overlaps(window))
    })?;
    Some(format!(
        "Период пересекается с периодом «{}» ({} – {})",
        other.name,
        calendar::dotted(other.starts),
        calendar::dotted(other.ends)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn known() -> Vec<Period> {
        vec![Period {
            id: 1,
            public_id: Uuid::nil(),
            name: "октябрь-ноябрь 2026".to_owned(),
            starts: calendar::parse("01.10.2026").unwrap(),
            ends: calendar::parse("30.11.2026").unwrap(),
            state: PeriodState::Open,
            order: None,
            version: 1,
        }]
    }

    fn faults(name: &str, starts: &str, ends: &str) -> Vec<String> {
        let typed = NewPeriod {
            name: name.to_owned(),
            starts: starts.to_owned(),
            ends: ends.to_owned(),
        };
        match parse(&typed, &known()) {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(faults)) => faults
                .into_iter()
                .map(|fault| fault.field.into_owned())
                .collect(),
            Err(other) => unreachable!("{other}"),
        }
    }

    #[test]
    fn r_per_1_names_are_unique_and_windows_apart() {
        assert!(faults("декабрь-январь", "1.12.2026", "31.01.2027").is_empty());
        assert_eq!(
            faults("октябрь-ноябрь  2026", "01.12.2026", "31.01.2027"),
            ["name"]
        );
        assert_eq!(faults("ноябрь", "30.11.2026", "31.12.2026"), ["starts"]);
        assert_eq!(faults("наоборот", "31.12.2026", "01.12.2026"), ["ends"]);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        assert_eq!(faults("", "", "31.02.2027"), ["name", "starts", "ends"]);
    }
}

//! The figures of a dashboard: where the applications of the last twelve months stand, how they
//! came in, how long registering takes, why they are rejected, whom the experts' work lies on.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use db::{
    applications::lists::narrowed::{self, Filter},
    figures,
};
use domain::{
    act::acts,
    actor::Actor,
    calendar::{due_on, months_after, months_before},
    life::Status,
};

use crate::{App, Result};

pub use db::figures::{AdminCounts, Load, Rejected};

/// How many months are counted, the current one the last.
const MONTHS: u32 = 12;

/// The figures of a municipality, or of all for operators.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The first day that is counted.
    pub since: NaiveDate,
    /// How many were submitted in each month, by its first day.
    pub months: Vec<(NaiveDate, i64)>,
    /// How many stand in each status.
    pub statuses: Vec<(Status, i64)>,
    /// How many are overdue now, whenever they were submitted; counting stops above
    /// [`crate::lists::COUNTED`].
    pub overdue: i64,
    /// The days from submission to registration; `None` while nothing was registered.
    pub registration: Option<Registration>,
    /// The reasons of rejections.
    pub rejections: Vec<Rejected>,
    /// The experts with the most open assignments.
    pub loads: Vec<Load>,
    /// Whether there were more applications than are counted: the first months are not whole.
    pub partial: bool,
}

/// The days from submission to registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Of how many applications.
    pub n: i64,
    /// Half of them took so many days or fewer.
    pub median: i32,
    /// Nine of ten took so many days or fewer.
    pub p90: i32,
}

impl App {
    /// The figures of the actor's municipality, or of all for operators.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn figures(&self, actor: &Actor) -> Result<Figures> {
        let mut tx = self.db.enter::<acts::ReadDashboard>(actor).await?;
        let today = self.today();
        let first = today.with_day(1).unwrap_or(today);
        let since = months_before(first, MONTHS - 1);
        let tallies = figures::tallies(&mut tx, due_on(since)).await?;
        let late = Filter {
            status: Some(Status::UnderReview),
            due_before: today,
            ..Filter::default()
        };
        let mut months: BTreeMap<NaiveDate, i64> = (0..MONTHS)
            .map(|month| (months_after(since, month), 0))
            .collect();
        let mut days = BTreeMap::new();
        let mut statuses = Vec::new();
        for status in Status::ALL.iter().filter(|status| status.is_submitted()) {
            let count = tallies.iter().filter(|tally| tally.status == *status);
            statuses.push((*status, count.map(|tally| tally.count).sum()));
        }
        for tally in &tallies {
            *months.entry(tally.month).or_default() += tally.count;
            if let Some(took) = tally.days {
                *days.entry(took).or_default() += tally.count;
            }
        }
        Ok(Figures {
            since,
            partial: tallies.iter().map(|tally| tally.count).sum::<i64>() >= figures::LOOKED,
            months: months.into_iter().collect(),
            statuses,
            overdue: narrowed::count(&mut tx, &late).await?.count,
            registration: registration(&days),
            rejections: figures::rejections(&mut tx, due_on(since)).await?,
            loads: figures::loads(&mut tx).await?,
        })
    }

    /// What an administrator's first page counts.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn admin_counts(&self, actor: &Actor) -> Result<AdminCounts> {
        let mut tx = self.db.enter::<acts::ReadDashboard>(actor).await?;
        Ok(figures::admin(&mut tx).await?)
    }
}

/// Median and 90th percentile, by nearest rank, of how many took how many days.
fn registration(days: &BTreeMap<i32, i64>) -> Option<Registration> {
    let n: i64 = days.values().sum();
    let rank = |percent: i64| (n * percent + 99) / 100;
    let at = |rank: i64| {
        let mut so_far = 0;
        days.iter()
            .find(|(_, count)| {
                so_far += **count;
                so_far >= rank
            })
            .map(|(took, _)| *took)
    };
    Some(Registration {
        n,
        median: at(rank(50)).filter(|_| n > 0)?,
        p90: at(rank(90))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(days: &[(i32, i64)]) -> Option<(i64, i32, i32)> {
        let days = days.iter().copied().collect();
        registration(&days).map(|took| (took.n, took.median, took.p90))
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(3, 1)]), Some((1, 3, 3)));
        assert_eq!(of(&[(1, 1), (2, 1)]), Some((2, 1, 2)));
        let ten: Vec<_> = (1..=10).map(|day| (day, 1)).collect();
        assert_eq!(of(&ten), Some((10, 5, 9)));
        assert_eq!(of(&[(0, 89), (7, 10), (30, 1)]), Some((100, 0, 7)));
        assert_eq!(of(&[(0, 90), (7, 10)]), Some((100, 0, 0)));
    }
}

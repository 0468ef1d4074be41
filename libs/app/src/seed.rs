//! `ctl seed --demo`: a region to look around in. Invented people in every municipality and
//! applications in every state, all made through the verbs people use, by a clock that is
//! moved: so whatever the verbs refuse cannot stand in the demonstration. Never in a release.

mod cases;
mod people;

use std::sync::Arc;

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, TimeDelta, Utc};
use db::municipalities;
use domain::{actor::Actor, calendar::dotted, role::Role};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::{App, Error, Result, periods::NewPeriod};
use cases::Scenario;
use people::{Place, Teacher};

/// The password of everybody in the demonstration.
pub const PASSWORD: &str = "kedrovaya-roshcha-26";

/// How many days ago the region began.
const BEGAN: i64 = 80;

/// How many municipalities or cases are made at once.
const AT_ONCE: usize = 4;

/// Somebody to sign in as.
#[derive(Clone, Debug)]
pub struct Login {
    /// The login.
    pub login: String,
    /// What it is and where.
    pub who: String,
}

/// Moves the clock the application was opened with.
pub type SetClock = Arc<dyn Fn(DateTime<Utc>) + Send + Sync>;

impl App {
    /// Makes the demonstration; returns whom to sign in as.
    ///
    /// # Errors
    /// [`Error::Illegal`] if anybody has an account already; whatever the verbs say.
    pub async fn seed_demo(&self, set_clock: SetClock) -> Result<Vec<Login>> {
        let now = self.db.now();
        let days_ago = |days| set_clock(now - TimeDelta::days(days));
        let mut tx = self.db.enter_worker(None).await?;
        if db::seed::is_inhabited(&mut tx).await? {
            return Err(Error::Illegal(
                "В базе уже есть учётные записи: демонстрация создаётся только в пустой".to_owned(),
            ));
        }
        drop(tx);

        days_ago(BEGAN);
        let mut logins = Vec::new();
        let operator = self.institute(&mut logins).await?;
        self.seed_periods(&operator, self.zone.date_of(now)).await?;
        let places = self.places(&operator).await?;
        logins.extend(places.iter().flat_map(|place| place.logins.clone()));

        let teachers: Vec<(&Place, &Teacher)> = places
            .iter()
            .flat_map(|place| place.teachers.iter().map(move |teacher| (place, teacher)))
            .collect();
        for day in Scenario::days() {
            days_ago(day);
            futures::stream::iter(&teachers)
                .map(|(place, teacher)| self.live(place, teacher, &operator, day))
                .buffer_unordered(AT_ONCE)
                .try_collect::<Vec<()>>()
                .await?;
        }
        set_clock(now);
        Ok(logins)
    }

    async fn places(&self, operator: &Actor) -> Result<Vec<Place>> {
        let mut tx = self.db.enter_public().await?;
        let all = municipalities::active(&mut tx).await?;
        drop(tx);
        // The region's centre shows every scenario; the others some each.
        futures::stream::iter(all.into_iter().enumerate())
            .map(|(index, municipality)| {
                let every = municipality.slug == "tomsk";
                let scenarios = Scenario::of_place(index, every);
                self.settle(index, municipality, operator, scenarios)
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn institute(&self, logins: &mut Vec<Login>) -> Result<Actor> {
        let operator = self.member(Role::Operator, "operator", 900).await?;
        self.member(Role::Admin, "admin", 901).await?;
        for (login, role) in [("operator", Role::Operator), ("admin", Role::Admin)] {
            logins.push(Login {
                login: login.to_owned(),
                who: role.name().to_owned(),
            });
        }
        Ok(operator)
    }

    /// Windows of two months: the last, this one and the two that follow.
    async fn seed_periods(&self, operator: &Actor, today: NaiveDate) -> Result<()> {
        for index in -1..3 {
            let (starts, ends) = window(today, index);
            let name = period_name(starts, ends);
            let (starts, ends) = (dotted(starts), dotted(ends));
            self.create_period(operator, &NewPeriod { name, starts, ends })
                .await?;
        }
        Ok(())
    }
}

/// The window of two months `index` windows from today's: they begin with even months.
fn window(today: NaiveDate, index: i32) -> (NaiveDate, NaiveDate) {
    let first = domain::calendar::first_of_month(today);
    let even = first - Months::new(first.month() % 2);
    let months = Months::new(index.unsigned_abs() * 2);
    let starts = if index < 0 {
        even - months
    } else {
        even + months
    };
    (starts, starts + Months::new(2) - Days::new(1))
}

/// «октябрь-ноябрь 2026», «декабрь 2026-январь 2027».
fn period_name(starts: NaiveDate, ends: NaiveDate) -> String {
    const MONTHS: [&str; 12] = [
        "январь",
        "февраль",
        "март",
        "апрель",
        "май",
        "июнь",
        "июль",
        "август",
        "сентябрь",
        "октябрь",
        "ноябрь",
        "декабрь",
    ];
    let month = |date: NaiveDate| MONTHS[date.month0() as usize];
    if starts.year() == ends.year() {
        format!("{}-{} {}", month(starts), month(ends), ends.year())
    } else {
        format!(
            "{} {}-{} {}",
            month(starts),
            starts.year(),
            month(ends),
            ends.year()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn windows_follow_each_other_and_hold_today() {
        for today in ["2026-11-21", "2026-12-01", "2027-01-31", "2027-02-28"].map(date) {
            let (starts, ends) = window(today, 0);
            assert!(starts <= today && today <= ends, "{today}");
            assert_eq!(window(today, 1).0, ends + Days::new(1));
            assert_eq!(window(today, -1).1 + Days::new(1), starts);
        }
    }

    #[test]
    fn a_window_over_new_year_names_both_years() {
        let named = |day| {
            let (starts, ends) = window(date(day), 0);
            period_name(starts, ends)
        };
        assert_eq!(named("2026-11-21"), "октябрь-ноябрь 2026");
        assert_eq!(named("2027-01-31"), "декабрь 2026-январь 2027");
    }
}

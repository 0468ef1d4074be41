//! The demonstration region: in every municipality a coordinator, experts, school coordinators
//! and teachers with applications in every state the verbs reach. It is made through the verbs,
//! with the clock moved from day to day, so nothing in it could not have happened. Invented
//! people only. Not compiled into a release.

mod big;
mod cases;
mod names;
mod people;
mod places;
mod samples;
mod stories;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, TimeDelta, Utc};
use domain::{
    actor::Actor,
    calendar::{dotted, first_of_month},
    role::Role,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{App, Error, Result, invitations::Invite, periods::NewPeriod};
pub use big::Size;
use people::Town;

/// The password of everybody in the demonstration.
pub const PASSWORD: &str = "кедровый бор у реки";

/// The domain of every address: one that exists nowhere.
const DOMAIN: &str = "attestation.example";

/// How much is done at the same time.
const TOGETHER: usize = 6;

/// The municipalities whose logins are listed; the others have the same by their slug.
const LISTED: [(&str, &str); 3] = [
    ("tomsk", "Город Томск"),
    ("seversk", "ЗАТО Северск"),
    ("kolpashevskiy", "Колпашевский район"),
];

/// How many teachers of a municipality are listed.
const LISTED_TEACHERS: usize = 26;

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

/// Somebody to sign in as.
#[derive(Clone, Debug)]
pub struct Login {
    /// The role.
    pub role: Role,
    /// The login.
    pub login: String,
    /// The municipality's name; empty for the institute's people.
    pub municipality: &'static str,
    /// What is to be seen there.
    pub shows: &'static str,
}

/// The demonstration region, as it can be signed in to.
#[derive(Clone, Debug)]
pub struct Demo {
    /// Whether it was made now; else it had been there.
    pub made: bool,
    /// Whom to sign in as.
    pub logins: Vec<Login>,
}

impl App {
    /// Makes the demonstration region in an empty database, on the days before now; where it is
    /// already, only says so. `set_clock` moves the clock of this application, forward but for
    /// the first time.
    ///
    /// # Errors
    /// [`Error::Illegal`] in words if there is an account that was not made here, if the
    /// region was not made to its end, or before the reference data is loaded.
    pub async fn seed_demo(&self, set_clock: &dyn Fn(DateTime<Utc>)) -> Result<Demo> {
        let there = self.ours_only(Role::Admin.code()).await?;
        if there.ours && !there.last {
            return Err(Error::Illegal(
                "Демонстрационный регион создан не до конца: очистите базу и запустите снова"
                    .to_owned(),
            ));
        }
        if !there.last {
            self.make_demo(set_clock).await?;
        }
        Ok(Demo {
            made: !there.last,
            logins: logins(),
        })
    }

    /// What is there of an invented region, the last account of which is `last`; not if there
    /// is anybody else.
    async fn ours_only(&self, last: &str) -> Result<db::seed::There> {
        let mut tx = self.db.enter_worker(None).await?;
        let there = db::seed::there(&mut tx, DOMAIN, last).await?;
        if there.others {
            return Err(Error::Illegal(
                "В базе есть учётная запись, которую создал не ctl seed: вымышленный регион создаётся только в пустой базе"
                    .to_owned(),
            ));
        }
        Ok(there)
    }

    async fn make_demo(&self, set_clock: &dyn Fn(DateTime<Utc>)) -> Result<()> {
        let now = self.db.now();
        let to_day = |day: u64| set_clock(now - TimeDelta::days(day.cast_signed()));
        to_day(stories::DAYS);
        let operator = people::institute(self, Role::Operator, 1).await?;
        self.make_periods(&operator, self.zone().date_of(now))
            .await?;
        let towns: Vec<Town> = stream::iter((1..).zip(places::PLACES))
            .map(|(number, place)| people::town(self, &operator, number, place))
            .buffer_unordered(TOGETHER)
            .try_collect()
            .await?;
        let teachers = towns.iter().flat_map(|town| {
            let stories = stories::of(town.slug()).into_iter().enumerate();
            stories.map(move |(index, story)| town.teacher(self, index, story))
        });
        let mut cases: Vec<_> = stream::iter(teachers)
            .buffer_unordered(TOGETHER)
            .try_collect()
            .await?;
        for day in (0..stories::DAYS).rev() {
            to_day(day);
            stream::iter(&mut cases)
                .map(|case| case.play(self, &operator, day))
                .buffer_unordered(TOGETHER)
                .try_collect::<()>()
                .await?;
        }
        for town in &towns {
            let invite = Invite {
                emails: email(&format!("{}novyy", town.slug())),
                role: Role::Expert.code().to_owned(),
                ..Invite::default()
            };
            self.invite(&town.coordinator, &invite).await?;
        }
        // The last account of all: that it is there tells that all people and applications are.
        let admin = people::institute(self, Role::Admin, 2).await?;
        samples::publish(self, &admin).await
    }

    /// The period of today, the one before and the one after.
    async fn make_periods(&self, operator: &Actor, today: NaiveDate) -> Result<()> {
        let month = first_of_month(today);
        // Periods begin in even months: «октябрь-ноябрь».
        let since = Months::new(2 + month.month() % 2);
        for number in 0..3 {
            let starts = month
                .checked_sub_months(since)
                .and_then(|first| first.checked_add_months(Months::new(2 * number)))
                .ok_or_else(|| internal("no such month"))?;
            let ends = starts
                .checked_add_months(Months::new(2))
                .and_then(|next| next.pred_opt())
                .ok_or_else(|| internal("no such month"))?;
            let period = NewPeriod {
                name: period_name(starts, ends),
                starts: dotted(starts),
                ends: dotted(ends),
            };
            self.create_period(operator, &period).await?;
        }
        Ok(())
    }
}

/// «октябрь-ноябрь 2026», «декабрь 2026 – январь 2027».
fn period_name(starts: NaiveDate, ends: NaiveDate) -> String {
    let month = |date: NaiveDate| {
        MONTHS
            .get(date.month0() as usize)
            .copied()
            .unwrap_or_default()
    };
    let (first, last) = (month(starts), month(ends));
    if starts.year() == ends.year() {
        format!("{first}-{last} {}", ends.year())
    } else {
        format!("{first} {} – {last} {}", starts.year(), ends.year())
    }
}

fn logins() -> Vec<Login> {
    let institute = |role: Role, shows| Login {
        role,
        login: role.code().to_owned(),
        municipality: "",
        shows,
    };
    let mut logins = vec![
        institute(Role::Operator, "очередь, графики, заключения всего региона"),
        institute(Role::Admin, "муниципалитеты и настройки региона"),
    ];
    for (slug, municipality) in LISTED {
        let mut add = |role, login: String, shows| {
            logins.push(Login {
                role,
                login: format!("{slug}{login}"),
                municipality,
                shows,
            });
        };
        add(
            Role::Municipal,
            "coordinator".to_owned(),
            "заявления, график, отзывы, люди",
        );
        add(
            Role::Expert,
            "expert1".to_owned(),
            "закреплённые педагоги и заключения",
        );
        add(Role::Expert, "expert2".to_owned(), "закреплённые педагоги");
        add(
            Role::Expert,
            "expert3".to_owned(),
            "пока никто не закреплён",
        );
        add(Role::School, "school1".to_owned(), "педагоги школы");
        add(Role::School, "school2".to_owned(), "педагоги детского сада");
        for (story, number) in stories::of(slug).into_iter().zip(1..=LISTED_TEACHERS) {
            add(Role::Teacher, format!("teacher{number}"), story.shows);
        }
    }
    logins
}

fn email(login: &str) -> String {
    format!("{login}@{DOMAIN}")
}

fn internal(words: &'static str) -> Error {
    Error::Internal(words.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(starts: &str, ends: &str) -> String {
        period_name(starts.parse().unwrap(), ends.parse().unwrap())
    }

    #[test]
    fn periods_are_named_by_their_months() {
        assert_eq!(named("2026-10-01", "2026-11-30"), "октябрь-ноябрь 2026");
        assert_eq!(
            named("2026-12-01", "2027-01-31"),
            "декабрь 2026 – январь 2027"
        );
    }
}

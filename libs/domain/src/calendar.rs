//! Days: the region's zone, the 30 days of an application, spans, the 15th of the month.
//!
//! Rules count whole days in the region's zone; an instant becomes a day here and nowhere
//! else. Here is no clock: who asks brings the time. How people type and read a date is
//! [`text`].

pub mod text;

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc,
};

pub use text::{DateFault, dotted, in_words, month_name, parse};

/// The time zone of a region (Asia/Tomsk unless its settings say otherwise).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(chrono_tz::Tz);

impl Default for Zone {
    fn default() -> Self {
        Self(chrono_tz::Asia::Tomsk)
    }
}

impl Zone {
    /// The zone of an IANA name such as `Asia/Tomsk`; `None` for anything else.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// The zone's IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The instant on the region's clock, for showing a time of day.
    #[must_use]
    pub fn local(self, instant: DateTime<Utc>) -> DateTime<chrono_tz::Tz> {
        instant.with_timezone(&self.0)
    }

    /// The day of the region on which the instant falls.
    #[must_use]
    pub fn date_of(self, instant: DateTime<Utc>) -> NaiveDate {
        self.local(instant).date_naive()
    }

    /// The instant the day of the region begins at; its first one where clocks skip midnight.
    #[must_use]
    pub fn beginning_of(self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        let hours = (0..3).map(|hour| midnight + TimeDelta::hours(hour));
        hours
            .filter_map(|time| self.0.from_local_datetime(&time).earliest())
            .map(|begins| begins.with_timezone(&Utc))
            .next()
            .unwrap_or_else(|| midnight.and_utc())
    }

    /// The region's today, given the clock's `now`.
    #[must_use]
    pub fn today(self, now: DateTime<Utc>) -> NaiveDate {
        self.date_of(now)
    }
}

/// The term of an application, in calendar days (R-APP-7).
pub const TERM_DAYS: u64 = 30;

/// The days left at which who is to register is reminded, the first one first (R-APP-7).
pub const REMINDERS: [i64; 3] = [10, 3, 0];

/// The last day of the term of an application submitted on that day: 30 calendar days later,
/// without pauses (R-APP-7: 02.12 → 01.01).
#[must_use]
pub fn due_on(submitted: NaiveDate) -> NaiveDate {
    submitted
        .checked_add_days(Days::new(TERM_DAYS))
        .unwrap_or(NaiveDate::MAX)
}

/// How an application stands to its term on a day (R-APP-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaysLeft {
    submitted: NaiveDate,
    due: NaiveDate,
    days: i64,
}

impl DaysLeft {
    /// The term of an application submitted on `submitted`, as it stands on `today`.
    #[must_use]
    pub fn on(today: NaiveDate, submitted: NaiveDate) -> Self {
        let due = due_on(submitted);
        Self {
            submitted,
            due,
            days: (due - today).num_days(),
        }
    }

    /// The term whose last day is `due`, as it stands on `today`.
    #[must_use]
    pub fn until(today: NaiveDate, due: NaiveDate) -> Self {
        let submitted = due.checked_sub_days(Days::new(TERM_DAYS));
        Self::on(today, submitted.unwrap_or(NaiveDate::MIN))
    }

    /// Calendar days left: 0 on the last day, negative when overdue.
    #[must_use]
    pub const fn days(self) -> i64 {
        self.days
    }

    /// The last day of the term.
    #[must_use]
    pub const fn due(self) -> NaiveDate {
        self.due
    }

    /// Whether the last day has passed.
    #[must_use]
    pub const fn is_overdue(self) -> bool {
        self.days < 0
    }

    /// «осталось 10 дней», «срок сегодня», «просрочено на 2 дня».
    #[must_use]
    pub fn words(self) -> String {
        let n = self.days.unsigned_abs();
        let word = text::plural(n, ["день", "дня", "дней"]);
        match self.days {
            0 => "срок сегодня".to_owned(),
            1.. => {
                let left = text::plural(n, ["остался", "осталось", "осталось"]);
                format!("{left} {n} {word}")
            }
            _ => format!("просрочено на {n} {word}"),
        }
    }

    /// The sum behind the number: «подано 02.12, срок 01.01».
    #[must_use]
    pub fn sum(self) -> String {
        format!(
            "подано {}, срок {}",
            self.submitted.format("%d.%m"),
            self.due.format("%d.%m")
        )
    }
}

/// Days from one to another, both included: an attestation period, a leave, a term of office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    from: NaiveDate,
    to: NaiveDate,
}

impl Span {
    /// The span of both days and all between; `None` if the last lies before the first.
    #[must_use]
    pub fn new(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// The first day.
    #[must_use]
    pub const fn from(self) -> NaiveDate {
        self.from
    }

    /// The last day.
    #[must_use]
    pub const fn to(self) -> NaiveDate {
        self.to
    }

    /// Whether the day lies in the span.
    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// Whether the spans have a day in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

/// The day by which signed conclusions are passed on next: day `day` of each month of the
/// period (R-CON-2: «до 15 числа каждого месяца»), the first one not before `today`.
///
/// After the last month's the last one is given: it lies before `today` and is overdue. In a
/// month without such a day its last day counts; a day before the period begins does not.
#[must_use]
pub fn conclusion_due(period: Span, today: NaiveDate, day: u32) -> NaiveDate {
    let first = first_of_month(period.from);
    let due_days = (0..)
        .map_while(|months| first.checked_add_months(Months::new(months)))
        .take_while(|month| *month <= period.to)
        .map(|month| day_of_month(month, day))
        .filter(|due| *due >= period.from);
    let mut last = period.to;
    for due in due_days {
        last = due;
        if due >= today {
            break;
        }
    }
    last
}

/// The day of a month by which conclusions are passed on: day `day`, or the month's last if it is
/// shorter (R-CON-2). `month` is any day of it.
#[must_use]
pub fn due_in_month(month: NaiveDate, day: u32) -> NaiveDate {
    day_of_month(first_of_month(month), day)
}

/// The same day `months` earlier, or that month's last if it is shorter: «за 3 месяца до»
/// (R-APP-4 c).
#[must_use]
pub fn months_before(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_sub_months(Months::new(months))
        .unwrap_or(NaiveDate::MIN)
}

/// The same day `months` later, or that month's last if it is shorter.
#[must_use]
pub fn months_after(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_add_months(Months::new(months))
        .unwrap_or(NaiveDate::MAX)
}

/// The first day of the date's month.
#[must_use]
pub fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// Day `day` of the month that `first` begins, or its last if the month is shorter.
fn day_of_month(first: NaiveDate, day: u32) -> NaiveDate {
    let last = u32::from(first.num_days_in_month());
    first.with_day(day.clamp(1, last)).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn date(typed: &str) -> NaiveDate {
        parse(typed).unwrap()
    }

    #[test]
    fn a_day_is_the_regions_day() {
        let evening_in_utc = Utc.with_ymd_and_hms(2026, 12, 1, 17, 0, 0).unwrap();
        let tomsk = Zone::default();
        assert_eq!(tomsk.today(evening_in_utc), date("02.12.2026"));
        let moscow = Zone::from_name("Europe/Moscow").unwrap();
        assert_eq!(moscow.date_of(evening_in_utc), date("01.12.2026"));
        assert_eq!(
            (tomsk.name(), Zone::from_name("Томск")),
            ("Asia/Tomsk", None)
        );
    }

    #[test]
    fn r_app_7_thirty_calendar_days() {
        assert_eq!(due_on(date("02.12.2026")), date("01.01.2027"));
        assert_eq!(due_on(date("30.01.2028")), date("29.02.2028"));
        for (today, days, words) in [
            ("02.12.2026", 30, "осталось 30 дней"),
            ("10.12.2026", 22, "осталось 22 дня"),
            ("11.12.2026", 21, "остался 21 день"),
            ("21.12.2026", 11, "осталось 11 дней"),
            ("01.01.2027", 0, "срок сегодня"),
            ("03.01.2027", -2, "просрочено на 2 дня"),
        ] {
            let left = DaysLeft::on(date(today), date("02.12.2026"));
            assert_eq!((left.days(), left.words().as_str()), (days, words));
            assert_eq!(left.is_overdue(), days < 0);
            assert_eq!(left.sum(), "подано 02.12, срок 01.01");
            assert_eq!(DaysLeft::until(date(today), date("01.01.2027")), left);
        }
    }

    #[test]
    fn spans_overlap_in_their_edges() {
        let span = |from, to| Span::new(date(from), date(to)).unwrap();
        let autumn = span("01.10.2026", "30.11.2026");
        assert!(autumn.overlaps(span("30.11.2026", "31.12.2026")));
        assert!(autumn.overlaps(span("10.10.2026", "11.10.2026")));
        assert!(!autumn.overlaps(span("01.12.2026", "31.01.2027")));
        assert!(autumn.contains(date("30.11.2026")) && !autumn.contains(date("01.12.2026")));
        assert_eq!(Span::new(date("02.10.2026"), date("01.10.2026")), None);
    }

    #[test]
    fn r_con_2_the_fifteenth_of_every_month_of_the_period() {
        let period = Span::new(date("01.10.2026"), date("30.11.2026")).unwrap();
        for (today, due) in [
            ("01.09.2026", "15.10.2026"),
            ("15.10.2026", "15.10.2026"),
            ("16.10.2026", "15.11.2026"),
            ("16.11.2026", "15.11.2026"),
        ] {
            assert_eq!(
                conclusion_due(period, date(today), 15),
                date(due),
                "{today}"
            );
        }
        let late = Span::new(date("20.01.2027"), date("10.02.2027")).unwrap();
        assert_eq!(
            conclusion_due(late, date("20.01.2027"), 15),
            date("15.02.2027")
        );
        assert_eq!(
            conclusion_due(late, date("01.02.2027"), 31),
            date("28.02.2027")
        );
        let short = Span::new(date("20.01.2027"), date("25.01.2027")).unwrap();
        assert_eq!(
            conclusion_due(short, date("20.01.2027"), 15),
            date("25.01.2027")
        );
    }

    #[test]
    fn r_con_2_a_short_month_is_due_on_its_last_day() {
        assert_eq!(due_in_month(date("03.11.2026"), 15), date("15.11.2026"));
        assert_eq!(due_in_month(date("28.02.2027"), 31), date("28.02.2027"));
        assert_eq!(month_name(date("03.11.2026")), "ноябрь 2026 г.");
    }

    #[test]
    fn months_end_with_their_last_day() {
        assert_eq!(months_before(date("31.05.2026"), 3), date("28.02.2026"));
        assert_eq!(months_before(date("15.02.2026"), 3), date("15.11.2025"));
        assert_eq!(months_after(date("30.11.2026"), 3), date("28.02.2027"));
        assert_eq!(first_of_month(date("30.11.2026")), date("01.11.2026"));
    }

    proptest! {
        #[test]
        fn the_next_due_day_is_never_skipped(from in 0u64..3000, length in 0u64..400, at in 0u64..500, day in 1u32..=31) {
            let from = date("01.01.2020") + Days::new(from);
            let period = Span::new(from, from + Days::new(length)).unwrap();
            let today = from + Days::new(at);
            let due = conclusion_due(period, today, day);
            prop_assert!(due >= period.from());
            // A due day is at most a month away while the period has another month to come.
            if months_after(first_of_month(today), 1) <= period.to() {
                prop_assert!(due >= today && due <= months_after(today, 2));
            }
        }

        #[test]
        fn overlap_is_a_shared_day(a in 0u64..40, b in 0u64..40, c in 0u64..40, d in 0u64..40) {
            let day = |n| date("01.01.2026") + Days::new(n);
            if let (Some(one), Some(two)) = (Span::new(day(a), day(b)), Span::new(day(c), day(d))) {
                let shared = (0..40).map(day).any(|n| one.contains(n) && two.contains(n));
                prop_assert_eq!(one.overlaps(two), shared);
                prop_assert_eq!(two.overlaps(one), shared);
            }
        }
    }
}

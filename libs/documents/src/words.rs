//! Dates and numbers in the words of a paper. What a rule says about them is the domain's.

use chrono::{Datelike, NaiveDate};
use serde::Serializer;

const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// «2 декабря 2020 г.», unbroken.
pub(crate) fn long_date<S: Serializer>(date: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
    let month = MONTHS[date.month0() as usize];
    to.collect_str(&format_args!(
        "{}\u{a0}{month} {}\u{a0}г.",
        date.day(),
        date.year()
    ))
}

/// «29.02.2016».
pub(crate) fn short_date<S: Serializer>(date: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&date.format("%d.%m.%Y"))
}

/// As [`short_date`], or nothing.
pub(crate) fn short_date_if_any<S: Serializer>(
    date: &Option<NaiveDate>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => short_date(date, to),
        None => to.serialize_none(),
    }
}

/// «1 год», «3 года», «12 лет», unbroken.
pub(crate) fn years<S: Serializer>(count: &u16, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{count}\u{a0}{}", year_word(*count)))
}

fn year_word(count: u16) -> &'static str {
    match (count % 100, count % 10) {
        (11..=14, _) => "лет",
        (_, 1) => "год",
        (_, 2..=4) => "года",
        _ => "лет",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_take_the_russian_plural() {
        for (count, word) in [
            (0, "лет"),
            (1, "год"),
            (2, "года"),
            (4, "года"),
            (5, "лет"),
            (11, "лет"),
            (12, "лет"),
            (14, "лет"),
            (20, "лет"),
            (21, "год"),
            (42, "года"),
            (101, "год"),
            (111, "лет"),
        ] {
            assert_eq!(year_word(count), word, "{count}");
        }
    }

    #[test]
    fn dates_stand_in_words_and_in_figures() {
        let date = NaiveDate::from_ymd_opt(2020, 12, 2).unwrap();
        let long = long_date(&date, serde_json::value::Serializer).unwrap();
        assert_eq!(long, "2\u{a0}декабря 2020\u{a0}г.");
        let short = short_date(&date, serde_json::value::Serializer).unwrap();
        assert_eq!(short, "02.12.2020");
    }
}

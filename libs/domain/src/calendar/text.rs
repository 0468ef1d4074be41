//! Dates as people type and read them in Russian.

use chrono::{Datelike, NaiveDate};

/// The years a typed date may have: orders on file begin in the fifties at the earliest.
const YEARS: std::ops::RangeInclusive<i32> = 1950..=2099;

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

/// Why a typed date is refused, in words that the person at the field can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    /// Nothing was typed.
    #[error("Введите дату")]
    Empty,
    /// Not a day, a month and a year.
    #[error("Введите дату в виде дд.мм.гггг, например 02.12.2026")]
    Unreadable,
    /// Readable, but not in the calendar: 31.02.
    #[error("Такого дня нет в календаре")]
    NoSuchDay,
    /// A year that cannot be meant.
    #[error("Год должен быть от {} до {}", YEARS.start(), YEARS.end())]
    Year,
}

/// Reads the date of one text field: `02.12.2026`, `2.12.26`, `02/12/2026`, `2 12 2026`,
/// `02122026`, `2026-12-02`, «2 декабря 2026 г.», «2 дек. 2026».
///
/// Day before month, but after a year of four digits. Of two digits, 70 to 99 are of the last
/// century, the others of this.
pub fn parse(input: &str) -> Result<NaiveDate, DateFault> {
    let typed = input.trim().to_lowercase();
    if typed.is_empty() {
        return Err(DateFault::Empty);
    }
    let mut parts: Vec<&str> = typed
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | '/' | '-' | '–' | ','))
        .filter(|part| !part.is_empty())
        .collect();
    if matches!(parts.last(), Some(&("г" | "год" | "года"))) {
        parts.pop();
    }
    let (day, month, year) = match parts[..] {
        [all] if all.len() == 8 && is_number(all) => (&all[..2], &all[2..4], &all[4..]),
        [year, month, day] if year.len() == 4 && is_number(year) => (day, month, year),
        [day, month, year] => (day, month, year.strip_suffix('г').unwrap_or(year)),
        _ => return Err(DateFault::Unreadable),
    };
    let year = year_of(year)?;
    let (day, month) = (number(day, 2)?, month_of(month)?);
    if !YEARS.contains(&year) {
        return Err(DateFault::Year);
    }
    NaiveDate::from_ymd_opt(year, month, day).ok_or(DateFault::NoSuchDay)
}

/// «02.12.2026», as in tables and fields.
#[must_use]
pub fn dotted(date: NaiveDate) -> String {
    date.format("%d.%m.%Y").to_string()
}

/// «2 декабря 2026 г.», as in text.
#[must_use]
pub fn in_words(date: NaiveDate) -> String {
    let month = MONTHS
        .get(date.month0() as usize)
        .copied()
        .unwrap_or_default();
    format!("{} {month} {} г.", date.day(), date.year())
}

/// «декабрь 2026 г.», the month of a day.
#[must_use]
pub fn month_name(date: NaiveDate) -> String {
    const NAMES: [&str; 12] = [
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
    let month = NAMES
        .get(date.month0() as usize)
        .copied()
        .unwrap_or_default();
    format!("{month} {} г.", date.year())
}

/// The form that a number asks for, of one, two and five: «день», «дня», «дней».
#[must_use]
pub const fn plural(n: u64, forms: [&'static str; 3]) -> &'static str {
    match (n % 10, n % 100) {
        (_, 11..=14) => forms[2],
        (1, _) => forms[0],
        (2..=4, _) => forms[1],
        _ => forms[2],
    }
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
}

fn number(part: &str, longest: usize) -> Result<u32, DateFault> {
    if is_number(part) && part.len() <= longest {
        part.parse().map_err(|_| DateFault::Unreadable)
    } else {
        Err(DateFault::Unreadable)
    }
}

fn year_of(part: &str) -> Result<i32, DateFault> {
    let year = i32::try_from(number(part, 4)?).map_err(|_| DateFault::Year)?;
    match (part.len(), year) {
        (2, 70..) => Ok(1900 + year),
        (2, _) => Ok(2000 + year),
        (4, _) => Ok(year),
        _ => Err(DateFault::Unreadable),
    }
}

/// The month of a number, of its name in the genitive or the nominative, or of its first
/// three letters or more.
fn month_of(part: &str) -> Result<u32, DateFault> {
    if is_number(part) {
        return number(part, 2);
    }
    let is_it = |month: &&str| {
        let stem = month.strip_suffix(['я', 'а']).unwrap_or(month);
        part.chars().count() >= 3 && month.starts_with(part)
            || part == format!("{stem}ь")
            || part == format!("{stem}й")
    };
    (1u32..)
        .zip(&MONTHS)
        .find(|(_, month)| is_it(month))
        .map(|(n, _)| n)
        .ok_or(DateFault::Unreadable)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_date_is_read_however_it_is_typed() {
        let second_of_december = NaiveDate::from_ymd_opt(2026, 12, 2).unwrap();
        for typed in [
            "02.12.2026",
            "2.12.26",
            " 02/12/2026 ",
            "2-12-2026",
            "2 12 2026",
            "02122026",
            "2026-12-02",
            "2026.12.2",
            "2 декабря 2026 г.",
            "2 декабря 2026г.",
            "2 Декабря 2026",
            "2 декабря 2026 года",
            "2 дек. 2026",
            "02 . 12 . 2026",
            "2.12.26 г.",
            "2,12,2026",
            "2\u{a0}декабря\u{a0}2026\u{a0}г.",
            "2 декабрь 2026",
            "02.12.2026.",
        ] {
            assert_eq!(parse(typed), Ok(second_of_december), "{typed:?}");
        }
        assert_eq!(parse("1.5.99").unwrap().year(), 1999);
        assert_eq!(parse("1.5.69").unwrap().year(), 2069);
        assert_eq!(parse("3 май 2026").unwrap(), parse("03.05.2026").unwrap());
        assert_eq!(parse("29.02.2028").unwrap().day(), 29);
    }

    #[test]
    fn what_is_no_date_is_refused_in_words() {
        assert_eq!(parse("  "), Err(DateFault::Empty));
        for typed in [
            "31.02.2026",
            "29.02.2027",
            "31 апреля 2026",
            "1.13.2026",
            "0.5.2026",
        ] {
            assert_eq!(parse(typed), Err(DateFault::NoSuchDay), "{typed}");
        }
        for typed in [
            "вчера",
            "2.12",
            "2 ма 2026",
            "2.12.026",
            "2.12.2026.5",
            "1e1.5.2026",
            "+1.5.2026",
            "2:12:2026",
            "²2.12.2026",
            "123.4.2026",
            "г",
            "2.12.20266",
            "1.1.г",
        ] {
            assert_eq!(parse(typed), Err(DateFault::Unreadable), "{typed}");
        }
        assert_eq!(
            parse("2.12.1026").unwrap_err().to_string(),
            "Год должен быть от 1950 до 2099"
        );
        assert_eq!(parse("2.12.2126"), Err(DateFault::Year));
    }

    #[test]
    fn a_month_stands_in_the_genitive_after_a_day_and_in_the_nominative_alone() {
        for (month, day, in_text, alone) in [
            (1, 1, "1 января 2027 г.", "январь 2027 г."),
            (2, 28, "28 февраля 2027 г.", "февраль 2027 г."),
            (3, 8, "8 марта 2027 г.", "март 2027 г."),
            (4, 30, "30 апреля 2027 г.", "апрель 2027 г."),
            (5, 9, "9 мая 2027 г.", "май 2027 г."),
            (6, 12, "12 июня 2027 г.", "июнь 2027 г."),
            (7, 31, "31 июля 2027 г.", "июль 2027 г."),
            (8, 3, "3 августа 2027 г.", "август 2027 г."),
            (9, 21, "21 сентября 2027 г.", "сентябрь 2027 г."),
            (10, 5, "5 октября 2027 г.", "октябрь 2027 г."),
            (11, 10, "10 ноября 2027 г.", "ноябрь 2027 г."),
            (12, 2, "2 декабря 2027 г.", "декабрь 2027 г."),
        ] {
            let date = NaiveDate::from_ymd_opt(2027, month, day).unwrap();
            assert_eq!(in_words(date), in_text);
            assert_eq!(month_name(date), alone);
        }
    }

    #[test]
    fn russian_counts_in_three_forms() {
        let days = |n| plural(n, ["день", "дня", "дней"]);
        assert_eq!(
            [1, 2, 5, 11, 12, 21, 22, 111, 101, 0].map(days),
            [
                "день", "дня", "дней", "дней", "дней", "день", "дня", "дней", "день", "дней",
            ]
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(days in 711_858i32..766_644) {
            let date = NaiveDate::from_num_days_from_ce_opt(days).unwrap();
            prop_assert_eq!(parse(&dotted(date)), Ok(date));
            prop_assert_eq!(parse(&in_words(date)), Ok(date));
            prop_assert_eq!(parse(&date.to_string()), Ok(date), "ISO");
        }

        #[test]
        fn nothing_typed_breaks_the_parser(text in "\\PC{0,20}", digits in "[0-9 ./г-]{0,12}") {
            let _ = (parse(&text), parse(&digits));
        }
    }
}

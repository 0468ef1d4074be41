//! Dates, numbers and sizes as Russian readers expect them. Times must already be in the
//! region's zone: this module knows no zone.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Timelike};

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

/// A date in a text: «2 декабря 2026 г.»
pub fn date_long(date: NaiveDate) -> String {
    // `month0` is 0 to 11.
    let month = MONTHS
        .get(date.month0() as usize)
        .copied()
        .unwrap_or_default();
    format!("{} {month} {} г.", date.day(), date.year())
}

/// A date in a table or a field: `02.12.2026`.
pub fn date_short(date: NaiveDate) -> String {
    format!("{:02}.{:02}.{:04}", date.day(), date.month(), date.year())
}

/// A moment in a table: `02.12.2026 14:05`.
pub fn date_time<Z: TimeZone>(at: &DateTime<Z>) -> String {
    format!(
        "{} {:02}:{:02}",
        date_short(at.naive_local().date()),
        at.hour(),
        at.minute()
    )
}

/// A moment in a text: «2 декабря 2026 г., 14:05».
pub fn date_time_long<Z: TimeZone>(at: &DateTime<Z>) -> String {
    format!(
        "{}, {:02}:{:02}",
        date_long(at.naive_local().date()),
        at.hour(),
        at.minute()
    )
}

/// The form of a word that agrees with `n`: 1 день, 2 дня, 5 дней.
pub fn plural<'a>(n: u64, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
    match (n % 10, n % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

/// A counter that need not be exact above `cap`: «1000+».
pub fn count_capped(n: u64, cap: u64) -> String {
    if n > cap {
        format!("{cap}+")
    } else {
        n.to_string()
    }
}

/// A file's size of `bytes` bytes: «1,4 МБ».
pub fn file_size(bytes: u64) -> String {
    const STEP: u64 = 1024;
    // From 1023.5 of a unit on it would be rounded to 1024.
    let (unit, name) = match bytes {
        0..1024 => return format!("{bytes} {}", plural(bytes, "байт", "байта", "байт")),
        1024..1_048_064 => (STEP, "КБ"),
        1_048_064..1_073_217_536 => (STEP.pow(2), "МБ"),
        1_073_217_536.. => (STEP.pow(3), "ГБ"),
    };
    // Ten and more are told without tenths.
    let tenths = (u128::from(bytes) * 10 + u128::from(unit) / 2) / u128::from(unit);
    if tenths >= 100 || tenths.is_multiple_of(10) {
        format!("{} {name}", (tenths + 5) / 10)
    } else {
        format!("{},{} {name}", tenths / 10, tenths % 10)
    }
}

/// The days left of a term, negative when it is over (R-APP-7): «осталось 5 дней»,
/// «последний день», «срок истёк 2 дня назад».
pub fn days_left(days: i64) -> String {
    let n = days.unsigned_abs();
    let word = plural(n, "день", "дня", "дней");
    match days {
        0 => "последний день".to_owned(),
        1.. => format!(
            "{} {n} {word}",
            plural(n, "остался", "осталось", "осталось")
        ),
        _ => format!("срок истёк {n} {word} назад"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn dates() {
        assert_eq!(date_long(day(2026, 12, 2)), "2 декабря 2026 г.");
        assert_eq!(date_long(day(2027, 1, 31)), "31 января 2027 г.");
        assert_eq!(date_short(day(2026, 12, 2)), "02.12.2026");
    }

    #[test]
    fn moments_are_told_in_their_own_zone() {
        let late = day(2026, 12, 1).and_hms_opt(19, 5, 0).unwrap().and_utc();
        let there = late.with_timezone(&chrono_tz::Asia::Tomsk);
        assert_eq!(date_time(&there), "02.12.2026 02:05");
        assert_eq!(date_time_long(&there), "2 декабря 2026 г., 02:05");
    }

    #[test]
    fn plurals() {
        let forms = |n| plural(n, "день", "дня", "дней");
        for n in [1, 21, 101, 1001] {
            assert_eq!(forms(n), "день", "{n}");
        }
        for n in [2, 3, 4, 22, 104] {
            assert_eq!(forms(n), "дня", "{n}");
        }
        for n in [0, 5, 11, 12, 14, 20, 111, 112] {
            assert_eq!(forms(n), "дней", "{n}");
        }
    }

    #[test]
    fn counters_are_capped_only_above_the_cap() {
        assert_eq!(count_capped(999, 1000), "999");
        assert_eq!(count_capped(1000, 1000), "1000");
        assert_eq!(count_capped(1001, 1000), "1000+");
    }

    #[test]
    fn sizes() {
        for (bytes, words) in [
            (0, "0 байт"),
            (1, "1 байт"),
            (1023, "1023 байта"),
            (1024, "1 КБ"),
            (1536, "1,5 КБ"),
            (10 * 1024 + 700, "11 КБ"),
            (1_047_552, "1023 КБ"),
            (1_048_064, "1 МБ"),
            (1_468_006, "1,4 МБ"),
            (52_428_800, "50 МБ"),
            (3_221_225_472, "3 ГБ"),
            (u64::MAX, "17179869184 ГБ"),
        ] {
            assert_eq!(file_size(bytes), words);
        }
    }

    #[test]
    fn terms() {
        for (days, words) in [
            (30, "осталось 30 дней"),
            (21, "остался 21 день"),
            (3, "осталось 3 дня"),
            (1, "остался 1 день"),
            (0, "последний день"),
            (-1, "срок истёк 1 день назад"),
            (-12, "срок истёк 12 дней назад"),
        ] {
            assert_eq!(days_left(days), words);
        }
    }
}

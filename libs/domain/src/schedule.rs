//! The schedule: which period is proposed to an application (R-PER-2), and when an empty place
//! is a gap (R-SCH-2). Whether a change is legal now is [`crate::life`]'s answer.

use chrono::NaiveDate;

use crate::calendar::Span;

/// The number of experts of an application.
pub const PLACES: usize = 2;

/// Which of the open `periods`, in the order of time, is proposed: the last one that ends
/// before the term of the category held does, so that it does not lapse; where none ends in
/// time, or nothing is held until a day, the next one to begin (R-PER-2). Periods that have
/// begun are proposed only when there is no other; ended ones never.
#[must_use]
pub fn propose(periods: &[Span], held_until: Option<NaiveDate>, today: NaiveDate) -> Option<usize> {
    let ahead = |period: &Span| period.from() > today;
    let in_time = held_until.and_then(|until| {
        periods
            .iter()
            .rposition(|period| ahead(period) && period.to() <= until)
    });
    in_time
        .or_else(|| periods.iter().position(ahead))
        .or_else(|| periods.iter().position(|period| period.to() >= today))
}

/// Whether an empty place is a gap for the Centre to fill: a period is set and a place is left
/// empty (R-SCH-2).
#[must_use]
pub const fn is_gap(period_set: bool, experts: usize) -> bool {
    period_set && experts < PLACES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::parse;

    fn day(typed: &str) -> NaiveDate {
        parse(typed).unwrap()
    }

    #[test]
    fn r_per_2_the_category_held_does_not_lapse() {
        let periods: Vec<Span> = [
            ("01.10.2026", "30.11.2026"),
            ("01.12.2026", "31.01.2027"),
            ("01.02.2027", "31.03.2027"),
        ]
        .into_iter()
        .filter_map(|(from, to)| Span::new(day(from), day(to)))
        .collect();
        let today = day("20.09.2026");
        for (until, expected) in [
            (None, Some(0)),
            (Some("15.11.2026"), Some(0)),
            (Some("30.11.2026"), Some(0)),
            (Some("31.01.2027"), Some(1)),
            (Some("15.03.2027"), Some(1)),
            (Some("01.01.2030"), Some(2)),
        ] {
            assert_eq!(
                propose(&periods, until.map(day), today),
                expected,
                "{until:?}"
            );
        }
        assert_eq!(propose(&periods, None, day("15.10.2026")), Some(1));
        assert_eq!(propose(&periods, None, day("15.02.2027")), Some(2));
        assert_eq!(propose(&periods, None, day("01.04.2027")), None);
    }

    #[test]
    fn r_sch_2_a_place_left_empty_when_a_period_is_saved_is_a_gap() {
        assert!(is_gap(true, 0) && is_gap(true, 1));
        assert!(!is_gap(true, 2) && !is_gap(false, 0));
    }
}

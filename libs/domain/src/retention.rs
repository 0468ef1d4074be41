//! How long the case of an application is kept (R-CONS-1, SEC-87), and what an act of destroyed data
//! says of it. Here is no clock: who asks brings the day. The database counts the same
//! (`app.final_through`); a test compares.

use chrono::{Datelike as _, NaiveDate};

/// The last day a case is kept that became final on `day`: the end of the year the term of so many
/// years ends in, counted from the end of the year of that day.
#[must_use]
pub fn kept_until(day: NaiveDate, years: u64) -> NaiveDate {
    let years = i32::try_from(years).unwrap_or(i32::MAX);
    NaiveDate::from_ymd_opt(day.year().saturating_add(years), 12, 31).unwrap_or(NaiveDate::MAX)
}

/// Why data were destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The term of keeping is over.
    Term,
    /// Their person asked for it.
    Request,
}

impl Basis {
    /// The basis of a code; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "term" => Some(Self::Term),
            "request" => Some(Self::Request),
            _ => None,
        }
    }

    /// The words of a list.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Term => "истёк срок хранения",
            Self::Request => "отзыв согласия или удаление регистрации",
        }
    }

    /// The words of the act, with the law it follows.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Term => {
                "истёк срок хранения, цель обработки достигнута (часть 4 статьи 21 Федерального закона \
                 от 27.07.2006 №\u{a0}152-ФЗ)"
            }
            Self::Request => {
                "субъект персональных данных отозвал согласие на их обработку или удалил свою регистрацию \
                 (часть 5 статьи 21 Федерального закона от 27.07.2006 №\u{a0}152-ФЗ)"
            }
        }
    }
}

/// What was destroyed of one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destroyed {
    /// The case of a final application.
    Case,
    /// All of an account but the cases that are kept.
    Belongings,
    /// What one municipality held of somebody who never submitted (R-DEL-1).
    Registration,
    /// An account with everything that was there of it.
    Account,
}

impl Destroyed {
    /// What a code stands for; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "case" => Some(Self::Case),
            "belongings" => Some(Self::Belongings),
            "registration" => Some(Self::Registration),
            "account" => Some(Self::Account),
            _ => None,
        }
    }

    /// What its subject is known by.
    #[must_use]
    pub const fn subject(self) -> &'static str {
        match self {
            Self::Case => "заявление",
            Self::Belongings | Self::Registration | Self::Account => "учётная запись",
        }
    }

    /// The categories of the data.
    #[must_use]
    pub const fn categories(self) -> &'static str {
        match self {
            Self::Case => {
                "ФИО, должность, место работы, образование, стаж, сведения о категории; заявление, \
                 приложенные документы, заключение, история рассмотрения"
            }
            Self::Belongings => {
                "карточки, неподанные заявления и документы к ним, письма, телефон, адрес электронной \
                 почты, логин и способы входа"
            }
            Self::Registration => {
                "ФИО, телефон, должность, место работы, карточки, неподанные заявления и документы к ним, \
                 письма"
            }
            Self::Account => {
                "ФИО, телефон, адрес электронной почты, логин и способы входа, карточки, неподанные \
                 заявления и документы к ним, письма"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn sec_87_the_term_is_counted_from_the_end_of_the_year() {
        for (became_final, years, until) in [
            ("2025-01-01", 5, "2030-12-31"),
            ("2025-12-31", 5, "2030-12-31"),
            ("2026-01-01", 5, "2031-12-31"),
            ("2024-02-29", 1, "2025-12-31"),
            ("2026-09-14", 75, "2101-12-31"),
        ] {
            assert_eq!(kept_until(day(became_final), years), day(until));
        }
    }

    #[test]
    fn a_term_nobody_lives_to_see_is_no_fault() {
        assert_eq!(kept_until(day("2026-01-01"), u64::MAX), NaiveDate::MAX);
    }

    #[test]
    fn codes_come_back() {
        let known = ["case", "belongings", "registration", "account"];
        assert!(
            known
                .into_iter()
                .all(|code| Destroyed::from_code(code).is_some())
        );
        assert!(
            ["term", "request"]
                .into_iter()
                .all(|code| Basis::from_code(code).is_some())
        );
        assert_eq!(
            (Destroyed::from_code("x"), Basis::from_code("")),
            (None, None)
        );
    }
}

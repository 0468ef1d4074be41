//! A person's consents on paper (R-ACC-6): the text of the version it agreed to, and when.

use chrono::NaiveDate;
use domain::template::TemplateKind;
use serde::Serialize;

use crate::{Error, Paper, words};

/// Everything the paper says.
#[derive(Debug, Clone, Serialize)]
pub struct ConsentForm {
    /// Who consents: ФИО in the nominative, or the login of who has not told it.
    pub person: String,
    /// What was consented to, each on sheets of its own.
    pub texts: Vec<ConsentGiven>,
    /// The day of printing.
    #[serde(serialize_with = "words::short_date")]
    pub made: NaiveDate,
}

/// A consent given.
#[derive(Debug, Clone, Serialize)]
pub struct ConsentGiven {
    /// What the text is called.
    pub title: String,
    /// The text, by paragraphs.
    pub paragraphs: Vec<String>,
    /// The text's version.
    pub version: i32,
    /// The day it was agreed to, in the region's time zone.
    #[serde(serialize_with = "words::long_date")]
    pub given_on: NaiveDate,
}

impl ConsentGiven {
    /// Of a text whose first paragraph is its title.
    #[must_use]
    pub fn of(body: &str, version: i32, given_on: NaiveDate) -> Self {
        let mut paragraphs = body.split("\n\n").map(str::trim).filter(|p| !p.is_empty());
        Self {
            title: paragraphs.next().unwrap_or_default().to_owned(),
            paragraphs: paragraphs.map(str::to_owned).collect(),
            version,
            given_on,
        }
    }
}

/// The consents as a paper.
///
/// # Errors
/// If the form does not serialise.
pub fn consent(form: &ConsentForm) -> Result<Paper, Error> {
    let ident = format!("consent {} {}", form.person, form.made);
    Paper::plain(TemplateKind::Consent, form, ident, form.made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

    #[test]
    fn the_text_of_its_version_stands_there_with_who_and_when() {
        let given_on = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
        let form = ConsentForm {
            person: "Королёва Алёна Игоревна".into(),
            texts: vec![
                ConsentGiven::of("Согласие\n\nЯ даю #согласие.\n\n Срок: год.", 3, given_on),
                ConsentGiven::of("Второе согласие\n\nНа публикацию.", 1, given_on),
            ],
            made: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
        };
        let pdf = consent(&form).unwrap().print().unwrap().pdf;
        assert_eq!(reading::pages_within_margins(&pdf), 2);
        let text = reading::text(&pdf);
        for words in [
            "Согласие Субъект персональных данных: Королёва Алёна Игоревна Я даю #согласие. Срок: год.",
            "в системе «Аттестация» 1 сентября 2026 г. Версия текста: 3. 1 сентября 2026 г. (подпись)",
            "Распечатано 01.10.2026",
            "Второе согласие",
        ] {
            assert!(text.contains(words), "«{words}» is missing in: {text}");
        }
        assert_eq!(pdf, consent(&form).unwrap().print().unwrap().pdf);
    }
}

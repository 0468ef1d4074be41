//! The act of destroyed personal data: of a municipality that was removed after its export (SEC-106),
//! of cases whose term of keeping is over and of erasures by request (SEC-87). It says what the order
//! of Roskomnadzor No 179 of 28.10.2022 asks for, people by numbers alone.

use chrono::NaiveDate;
use domain::template::TemplateKind;
use serde::Serialize;

use crate::{Error, Paper};

/// Everything the act says.
#[derive(Debug, Clone, Serialize)]
pub struct DestructionForm {
    /// The act's number.
    pub number: String,
    /// Who answers for the data: the region's issuing body.
    pub operator: String,
    /// Whose data were destroyed.
    pub whose: String,
    /// Why.
    pub reason: String,
    /// Day and time, in the region's time zone, in words.
    pub removed: String,
    /// What was destroyed.
    pub sums: Vec<DestroyedSum>,
    /// What was not, and why, a paragraph each.
    pub kept: Vec<String>,
    /// The extract of the log, subject by subject; empty where it is another paper.
    pub log: Vec<DestroyedLine>,
    /// The day of it, in the region's time zone; stands in the file as its time of making.
    #[serde(skip)]
    pub date: NaiveDate,
}

/// A line of the extract of the log.
#[derive(Debug, Clone, Serialize)]
pub struct DestroyedLine {
    /// What the subject is known by: a number, never a name.
    pub subject: String,
    /// The categories of its data.
    pub categories: String,
    /// Day and time.
    pub at: String,
}

/// How much of something was destroyed.
#[derive(Debug, Clone, Serialize)]
pub struct DestroyedSum {
    /// «Заявления».
    pub what: String,
    /// How many.
    pub count: i64,
}

/// The act as a paper, with places for three signatures.
///
/// # Errors
/// If the form does not serialise.
pub fn destruction(form: &DestructionForm) -> Result<Paper, Error> {
    let ident = format!("destruction {} {}", form.number, form.removed);
    Paper::plain(TemplateKind::Destruction, form, ident, form.date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

    #[test]
    fn it_says_whose_data_went_how_many_and_what_stays() {
        let form = DestructionForm {
            number: "7".into(),
            operator: "Департамент общего образования Томской области".into(),
            whose: "жители муниципалитета «Шегарский #район» (перечень — в выгрузке № 0193)".into(),
            reason: "цель обработки достигнута".into(),
            removed: "2 декабря 2026 г., 14:05".into(),
            sums: vec![DestroyedSum {
                what: "Заявления".into(),
                count: 120,
            }],
            kept: vec!["Журнал остаётся без персональных данных.".into()],
            log: vec![DestroyedLine {
                subject: "заявление 0194, запись № 12/2026".into(),
                categories: "ФИО, #должность".into(),
                at: "02.12.2026, 14:05".into(),
            }],
            date: NaiveDate::from_ymd_opt(2026, 12, 2).unwrap(),
        };
        let pdf = destruction(&form).unwrap().print().unwrap().pdf;
        assert!(reading::pages_within_margins(&pdf) <= 2);
        let text = reading::rows(&pdf);
        for words in [
            "Акт об уничтожении персональных данных № 7",
            "Оператор персональных данных: Департамент общего образования Томской области",
            "Чьи данные уничтожены: жители муниципалитета «Шегарский #район» (перечень — в выгрузке № 0193)",
            "Причина: цель обработки достигнута",
            "Выгрузка из журнала регистрации событий",
            "заявление 0194, запись № 12/2026",
            "ФИО, #должность",
            "Дата и время уничтожения: 2 декабря 2026 г., 14:05",
            "Заявления 120",
            "Журнал остаётся без персональных данных.",
        ] {
            assert!(text.contains(words), "«{words}» is missing in: {text}");
        }
        assert_eq!(text.matches("(подпись)").count(), 3);
        assert_eq!(pdf, destruction(&form).unwrap().print().unwrap().pdf);
    }
}

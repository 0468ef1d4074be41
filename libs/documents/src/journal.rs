//! The registration journal for some days (R-APP-5), as a table over landscape sheets.

use chrono::NaiveDate;
use domain::template::TemplateKind;
use serde::Serialize;

use crate::{Error, Paper, words};

/// The columns a journal has.
pub const COLUMNS: usize = 13;

/// A part of the journal: so many lines as are laid out at once, and what they are of.
#[derive(Debug, Clone, Serialize)]
pub struct JournalForm {
    /// The headline.
    pub title: String,
    /// Which days and whose lines: «с 01.09.2026 по 30.09.2026, Город Томск».
    pub narrowed: String,
    /// The day of printing.
    #[serde(serialize_with = "words::short_date")]
    pub made: NaiveDate,
    /// The headers of the columns.
    pub columns: [&'static str; COLUMNS],
    /// The lines in the journal's order, a cell a column.
    pub lines: Vec<[String; COLUMNS]>,
    /// The sheets of the parts before this one.
    pub sheets_before: usize,
    /// How many lines all parts have: said under the last of them.
    pub ends_with: Option<i64>,
}

/// A part of the journal as a paper. Printing takes time and memory as it has lines: the caller
/// prints a long journal in parts.
///
/// # Errors
/// If the form does not serialise.
pub fn journal(form: &JournalForm) -> Result<Paper, Error> {
    let ident = format!(
        "journal {} {} {}",
        form.narrowed, form.made, form.sheets_before
    );
    Paper::plain(TemplateKind::Journal, form, ident, form.made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Printed, reading};

    const HEADERS: [&str; COLUMNS] = [
        "№",
        "Дата поступления",
        "Дата регистрации",
        "ФИО",
        "Должность",
        "Место работы",
        "Муниципалитет",
        "Имеющаяся категория",
        "Заявленная категория",
        "Форма",
        "Основание",
        "Решение",
        "Кем зарегистрировано",
    ];

    fn line(number: usize) -> [String; COLUMNS] {
        [
            &number.to_string(),
            "01.09.2026",
            "02.09.2026",
            &format!("Щ{number} Мария"),
            "педагог дополнительного образования",
            &format!("МБОУ «Школа № {number}»"),
            "Город Томск",
            "",
            "высшая",
            "дистанционная",
            "#награда [за] труд",
            "",
            "Центров Иван",
        ]
        .map(str::to_owned)
    }

    fn form(lines: usize) -> JournalForm {
        JournalForm {
            title: "Журнал регистрации заявлений".to_owned(),
            narrowed: "с 01.09.2026 по 30.09.2026, Город Томск".to_owned(),
            made: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
            columns: HEADERS,
            lines: (1..=lines).map(line).collect(),
            sheets_before: 0,
            ends_with: Some(lines as i64),
        }
    }

    fn printed(form: &JournalForm) -> Printed {
        journal(form).unwrap().print().unwrap()
    }

    #[test]
    fn every_line_stands_there_under_a_head_on_every_sheet() {
        let Printed { pdf, sheets } = printed(&form(60));
        let text = reading::text(&pdf);
        assert!(sheets > 1, "{text}");
        assert_eq!(text.matches("Имеющаяся").count(), sheets);
        assert!(text.contains(&format!("лист {sheets}")), "{text}");
        assert!(
            text.contains(&format!("Всего записей: 60, листов: {sheets}.")),
            "{text}"
        );
        assert!(text.contains("с 01.09.2026 по 30.09.2026, Город Томск"));
        let places: Vec<_> = (1..=60)
            .map(|number| text.find(&format!("Щ{number} Мария")))
            .collect();
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{text}"
        );
        assert_eq!(text.matches("#награда [за] труд").count(), 60);
    }

    #[test]
    fn no_line_is_a_journal_and_no_word_runs_off() {
        let text = reading::text(&printed(&form(0)).pdf);
        assert!(
            text.contains("Записей нет.") && text.contains("лист 1"),
            "{text}"
        );
        let mut long = form(1);
        long.lines[0][COLUMNS - 1] = "Ж".repeat(60);
        let pdf = printed(&long).pdf;
        assert_eq!(
            reading::text(&pdf).matches('Ж').count(),
            61,
            "one in the headline"
        );
        assert!(reading::right_edge(&pdf) <= 297.0 - 8.0 + 1.0);
        assert_eq!(pdf, printed(&long).pdf);
    }

    #[test]
    fn a_later_part_goes_on_counting_and_has_no_headline() {
        let part = JournalForm {
            sheets_before: 7,
            ends_with: None,
            ..form(3)
        };
        let text = reading::text(&printed(&part).pdf);
        assert!(text.contains("лист 8"), "{text}");
        assert!(!text.contains("Всего записей"), "{text}");
        assert!(!text.contains("с 01.09.2026"), "{text}");
    }
}

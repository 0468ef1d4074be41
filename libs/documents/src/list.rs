//! A list to be printed and signed (a municipality's schedule, a register of handing over): a table
//! over landscape sheets with a place for each signature.

use chrono::NaiveDate;
use domain::paper::{Document, ShortId};
use domain::template::TemplateKind;
use serde::Serialize;

use crate::{Error, Paper, words};

/// A column of a list.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ListColumn {
    /// The header.
    pub title: &'static str,
    /// The width in millimetres; 277 fill the sheet.
    pub width: u16,
}

impl ListColumn {
    /// A column of this header and width.
    #[must_use]
    pub const fn new(title: &'static str, width: u16) -> Self {
        Self { title, width }
    }
}

/// Everything the list says.
#[derive(Debug, Clone, Serialize)]
pub struct ListForm {
    /// The headline.
    pub title: String,
    /// The line under it: whose, of when.
    pub about: String,
    /// The day of printing.
    #[serde(serialize_with = "words::short_date")]
    pub made: NaiveDate,
    /// The columns.
    pub columns: &'static [ListColumn],
    /// The rows in order, a cell a column.
    pub lines: Vec<Vec<String>>,
    /// Who sign it.
    pub signed_by: &'static [&'static str],
    /// What the code of each page says, for a schedule; none: no code is printed.
    pub code: Option<ListCode>,
}

/// What the pages' code of a schedule says.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ListCode {
    /// [`ShortId::of_schedule`].
    pub id: ShortId,
    /// [`domain::paper::schedule_edition`].
    pub edition: u32,
}

/// The list as a paper, a schedule or a register. Printing takes time and memory as it has rows:
/// hundreds, as a municipality has.
///
/// # Errors
/// If the form does not serialise.
pub fn list(kind: TemplateKind, form: &ListForm) -> Result<Paper, Error> {
    let ident = format!("list {} {} {}", form.title, form.about, form.made);
    let paper = Paper::plain(kind, form, ident, form.made)?;
    Ok(match form.code {
        None => paper,
        Some(ListCode { id, edition }) => paper.coded(Document::Schedule, id, edition),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

    fn printed(form: &ListForm) -> Vec<u8> {
        let paper = list(TemplateKind::Schedule, form).unwrap();
        paper.print().unwrap().pdf
    }

    const COLUMNS: &[ListColumn] = &[
        ListColumn::new("№ п/п", 10),
        ListColumn::new("ФИО", 87),
        ListColumn::new("Имеющаяся категория", 80),
        ListColumn::new("Специалист 1", 100),
    ];

    fn form(lines: usize) -> ListForm {
        let line = |number: usize| {
            [
                &number.to_string(),
                &format!("Щ{number} Мария"),
                "высшая",
                "Петрова Анна, методист, #Центр [развития]",
            ]
            .map(str::to_owned)
            .into()
        };
        ListForm {
            title: "График аттестации".to_owned(),
            about: "Город Томск, октябрь-ноябрь 2026".to_owned(),
            made: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
            columns: COLUMNS,
            lines: (1..=lines).map(line).collect(),
            signed_by: &["Муниципальный координатор", "Оператор Центра"],
            code: None,
        }
    }

    #[test]
    fn every_row_stands_there_in_order_under_a_head_on_every_sheet() {
        let text = reading::text(&printed(&form(90)));
        let sheets = text.matches("Имеющаяся").count();
        assert!(sheets > 1, "{text}");
        assert!(
            text.contains(&format!("лист {sheets} из {sheets}")),
            "{text}"
        );
        let places: Vec<_> = (1..=90)
            .map(|number| text.find(&format!("Щ{number} Мария")))
            .collect();
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{text}"
        );
        for who in ["Муниципальный координатор", "Оператор Центра"]
        {
            assert_eq!(text.matches(who).count(), 1, "{text}");
        }
    }

    #[test]
    fn a_schedule_has_a_code_on_every_sheet_beside_all_its_words() {
        let coded = ListForm {
            signed_by: &["Муниципальный координатор"],
            code: Some(ListCode {
                id: ShortId::of_schedule(7, 3),
                edition: 2500,
            }),
            ..form(40)
        };
        let pdf = printed(&coded);
        assert!(reading::rows(&pdf).contains("Щ40 Мария"));
        assert!(
            pdf.len()
                > printed(&ListForm {
                    code: None,
                    ..coded.clone()
                })
                .len()
        );
        assert_eq!(pdf, printed(&coded));
    }

    #[test]
    fn no_row_is_a_list_and_no_word_runs_off() {
        let text = reading::text(&printed(&form(0)));
        assert!(text.contains("Строк нет."), "{text}");
        let mut long = form(1);
        long.lines[0][3] = "Ж".repeat(70);
        let pdf = printed(&long);
        assert_eq!(reading::text(&pdf).matches('Ж').count(), 70);
        assert!(reading::right_edge(&pdf) <= 297.0 - 10.0 + 1.0);
        assert_eq!(pdf, printed(&long));
    }
}

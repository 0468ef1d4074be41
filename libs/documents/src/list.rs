//! A list to be printed and signed (a municipality's schedule, a register of handing over): a table
//! over landscape sheets with a place for each signature.

use chrono::NaiveDate;
use domain::paper::{Document, ShortId};
use serde::Serialize;

use crate::Error;
use crate::coding::Coding;
use crate::press::{self, Imprint, Template};
use crate::words;

const TEMPLATE: Template = Template {
    path: "list.typ",
    text: include_str!("../templates/list.typ"),
};

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

/// The list as a PDF. Time and memory grow with its rows: hundreds, as a municipality has.
///
/// # Errors
/// Only when this crate or its templates are at fault; see [`Error`].
pub fn list(form: &ListForm) -> Result<Vec<u8>, Error> {
    let ident = format!("list {} {} {}", form.title, form.about, form.made);
    let imprint = Imprint {
        ident,
        date: form.made,
    };
    match form.code {
        None => press::print(&TEMPLATE, form, imprint),
        Some(ListCode { id, edition }) => {
            let coding = Coding {
                document: Document::Schedule,
                id,
                edition,
            };
            press::print_coded(&TEMPLATE, form, coding, imprint)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

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
        let text = reading::text(&list(&form(90)).unwrap());
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
        let pdf = list(&coded).unwrap();
        assert!(reading::rows(&pdf).contains("Щ40 Мария"));
        assert!(
            pdf.len()
                > list(&ListForm {
                    code: None,
                    ..coded.clone()
                })
                .unwrap()
                .len()
        );
        assert_eq!(pdf, list(&coded).unwrap());
    }

    #[test]
    fn no_row_is_a_list_and_no_word_runs_off() {
        let text = reading::text(&list(&form(0)).unwrap());
        assert!(text.contains("Строк нет."), "{text}");
        let mut long = form(1);
        long.lines[0][3] = "Ж".repeat(70);
        let pdf = list(&long).unwrap();
        assert_eq!(reading::text(&pdf).matches('Ж').count(), 70);
        assert!(reading::right_edge(&pdf) <= 297.0 - 10.0 + 1.0);
        assert_eq!(pdf, list(&long).unwrap());
    }
}

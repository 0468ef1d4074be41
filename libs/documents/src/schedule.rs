//! The schedule of a municipality in a period (R-SCH-5), the internal rendition: a table over
//! landscape sheets with a place for the coordinator's signature.

use chrono::NaiveDate;
use serde::Serialize;

use crate::Error;
use crate::press::{self, Imprint, Template};
use crate::words;

const TEMPLATE: Template = Template {
    path: "schedule.typ",
    text: include_str!("../templates/schedule.typ"),
};

/// The columns a schedule has.
pub const SCHEDULE_COLUMNS: usize = 10;

/// Everything the schedule says.
#[derive(Debug, Clone, Serialize)]
pub struct ScheduleForm {
    /// The headline.
    pub title: String,
    /// The municipality's name.
    pub municipality: String,
    /// The period's name.
    pub period: String,
    /// The day of printing.
    #[serde(serialize_with = "words::short_date")]
    pub made: NaiveDate,
    /// The headers of the columns.
    pub columns: [&'static str; SCHEDULE_COLUMNS],
    /// The rows in order, a cell a column.
    pub lines: Vec<[String; SCHEDULE_COLUMNS]>,
}

/// The schedule as a PDF. Time and memory grow with its rows: hundreds, as a municipality has.
///
/// # Errors
/// Only when this crate or its templates are at fault; see [`Error`].
pub fn schedule(form: &ScheduleForm) -> Result<Vec<u8>, Error> {
    let ident = format!("schedule {} {}", form.municipality, form.period);
    press::print(
        &TEMPLATE,
        form,
        Imprint {
            ident,
            date: form.made,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

    const HEADERS: [&str; SCHEDULE_COLUMNS] = [
        "№ п/п",
        "ФИО",
        "Должность",
        "Организация",
        "Имеющаяся категория",
        "Заявленная категория",
        "Форма",
        "Период",
        "Специалист 1",
        "Специалист 2",
    ];

    fn form(lines: usize) -> ScheduleForm {
        let line = |number: usize| {
            [
                &number.to_string(),
                &format!("Щ{number} Мария"),
                "педагог дополнительного образования",
                &format!("МБОУ «Школа № {number}»"),
                "",
                "высшая",
                "дистанционная",
                "октябрь-ноябрь 2026",
                "Петрова Анна, методист, #Центр [развития]",
                "",
            ]
            .map(str::to_owned)
        };
        ScheduleForm {
            title: "График аттестации".to_owned(),
            municipality: "Город Томск".to_owned(),
            period: "октябрь-ноябрь 2026".to_owned(),
            made: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
            columns: HEADERS,
            lines: (1..=lines).map(line).collect(),
        }
    }

    #[test]
    fn every_row_stands_there_in_order_under_a_head_on_every_sheet() {
        let text = reading::text(&schedule(&form(60)).unwrap());
        let sheets = text.matches("Имеющаяся").count();
        assert!(sheets > 1, "{text}");
        assert!(
            text.contains(&format!("лист {sheets} из {sheets}")),
            "{text}"
        );
        let places: Vec<_> = (1..=60)
            .map(|number| text.find(&format!("Щ{number} Мария")))
            .collect();
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{text}"
        );
        assert!(text.contains("Муниципальный координатор"), "{text}");
    }

    #[test]
    fn no_row_is_a_schedule_and_no_word_runs_off() {
        let text = reading::text(&schedule(&form(0)).unwrap());
        assert!(text.contains("Строк нет."), "{text}");
        let mut long = form(1);
        long.lines[0][SCHEDULE_COLUMNS - 1] = "Ж".repeat(70);
        let pdf = schedule(&long).unwrap();
        assert_eq!(reading::text(&pdf).matches('Ж').count(), 70);
        assert_eq!(pdf, schedule(&long).unwrap());
    }
}

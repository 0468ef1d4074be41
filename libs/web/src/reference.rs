//! What the administrator's and the operator's pages of the reference data share: the lists there
//! are, and the rows of one.

use app::reference::Entry;
use domain::reference::list::{Column as Kept, List};
use maud::{Markup, html};
use ui::{Column, Table, Tone};

use crate::error::{Error, Result};

/// The heading of the lists.
pub const HEADING: &str = "Справочники";

/// The list an address names.
///
/// # Errors
/// [`Error::NotFound`].
pub fn named(code: &str) -> Result<List> {
    List::from_code(code).ok_or(Error::NotFound)
}

/// The lists with how many rows of each are in use, each with its address under `base`.
pub fn lists(base: &str, lists: &[(List, usize)]) -> Markup {
    html! {
        ul class="govuk-list govuk-list--spaced" {
            @for (list, used) in lists {
                li { a class="govuk-link" href={ (base) "/" (list.code()) } { (list.name()) } ": " (used) }
            }
        }
        p class="govuk-hint" { "Категории, процедуры и формы аттестации задаёт закон: их списки не меняются." }
    }
}

/// The rows of a list; with `base` their names lead to their forms.
pub fn rows(list: List, entries: &[Entry], base: Option<&str>) -> Markup {
    let shown: Vec<&Kept> = list
        .columns()
        .filter(|column| !matches!(column.code, "name" | "retired"))
        .collect();
    let mut columns = vec![Column::text("Название")];
    columns.extend(shown.iter().map(|column| Column::text(column.name)));
    columns.push(Column::text("Состояние"));
    let rows = entries.iter().map(|entry| {
        let mut cells = vec![match base {
            Some(base) => html! {
                a class="govuk-link" href={ (base) "/" (list.code()) "/" (entry.code) } { (entry.name()) }
            },
            None => html! { (entry.name()) },
        }];
        cells.extend(shown.iter().map(|column| {
            let value = entry.row.get(column.code).map_or("", String::as_str);
            html! { (crate::lists::or_dash(column.words(value))) }
        }));
        cells.push(match entry.is_retired() {
            true => ui::tag(Tone::Grey, "не используется"),
            false => ui::tag(Tone::Green, "используется"),
        });
        cells
    });
    ui::table(Table {
        caption: list.name(),
        caption_hidden: true,
        columns: &columns,
        rows: rows.collect(),
        empty: "Строк пока нет.",
    })
}

//! Applications in a table: the columns every registrar's list shares.

use app::lists::Line;
use chrono::NaiveDate;
use domain::{
    calendar::{DaysLeft, Zone},
    life::Status,
    reference::Category,
};
use maud::{Markup, html};
use ui::{Column, Sort, Tone, ru};

use crate::{
    case,
    narrowing::{Asking, Register, Sorting},
};

/// How a list shows its lines.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// Where ФИО leads, without the id: `/municipal/applications`.
    pub base: &'a str,
    /// What the table holds.
    pub caption: &'a str,
    /// What is said when it is empty.
    pub empty: &'a str,
    /// Whether the lines are of many municipalities.
    pub municipality: bool,
    /// Whether any of the lines can have a number in the journal.
    pub number: bool,
    /// The form whose check boxes stand in the lines, if any.
    pub marks: Option<&'a str>,
    /// What the address asks for, where the list can be sorted.
    pub sorted: Option<(&'a Asking, Register)>,
    /// The region's zone.
    pub zone: Zone,
    /// The region's today.
    pub today: NaiveDate,
}

/// The name of the check boxes in the lines; the value is `id.version`.
pub const MARKED: &str = "application";

const NUMBER: &str = "Номер";

/// The columns, and what those that can be sorted are sorted by.
const COLUMNS: [(&str, Option<Sorting>); 9] = [
    ("ФИО", Some(Sorting::Name)),
    ("Муниципалитет", None),
    ("Должность", None),
    ("Организация", None),
    ("Заявленная категория", None),
    ("Подано", Some(Sorting::Submitted)),
    ("Срок", Some(Sorting::Due)),
    (NUMBER, Some(Sorting::Number)),
    ("Состояние", Some(Sorting::State)),
];

/// The table of these lines.
#[must_use]
pub fn table(lines: &[Line], shown: Shown<'_>) -> Markup {
    let kept = COLUMNS.into_iter().filter(|(title, _)| match *title {
        "Муниципалитет" => shown.municipality,
        NUMBER => shown.number,
        _ => true,
    });
    let headers: Vec<_> = kept
        .map(|(title, sorting)| {
            let link = sorting.zip(shown.sorted);
            let link = link.map(|(sorting, (asking, list))| asking.sort_by(list, sorting));
            (title, link)
        })
        .collect();
    let mut columns = Vec::new();
    if shown.marks.is_some() {
        columns.push(Column::marks("Отметить", MARKED));
    }
    columns.extend(headers.iter().map(|(title, link)| {
        let column = Column::text(title);
        match link {
            Some((href, now)) => column.sorted(Sort { href, now: *now }),
            None => column,
        }
    }));
    ui::table(ui::Table {
        caption: shown.caption,
        caption_hidden: true,
        columns: &columns,
        rows: lines.iter().map(|line| row(line, shown)).collect(),
        empty: shown.empty,
    })
}

fn row(line: &Line, shown: Shown<'_>) -> Vec<Markup> {
    let mut cells = Vec::new();
    if let Some(form) = shown.marks {
        let value = format!("{}.{}", line.public_id, line.version);
        cells.push(ui::row_checkbox(
            MARKED,
            &value,
            &line.full_name,
            Some(form),
        ));
    }
    cells.push(html! {
        a class="govuk-link" href={ (shown.base) "/" (line.public_id) } { (line.full_name) }
    });
    if shown.municipality {
        cells.push(html! { (line.municipality) });
    }
    let submitted = shown.zone.date_of(line.submitted_at);
    cells.push(html! { (line.position) });
    cells.push(html! { (line.organisation) });
    cells.push(html! { (line.category.map_or("", Category::name)) });
    cells.push(html! { (ru::date_short(submitted)) });
    cells.push(if line.status == Status::UnderReview {
        case::term(DaysLeft::on(shown.today, submitted))
    } else {
        html! { (ru::date_short(line.due_on)) }
    });
    if shown.number {
        cells.push(number(line));
    }
    cells.push(state(line));
    cells
}

fn number(line: &Line) -> Markup {
    html! {
        @if let Some(number) = line.registered_number { "№ " (number) }
        @if let Some(date) = line.registered_on { " от " (ru::date_short(date)) }
    }
}

fn state(line: &Line) -> Markup {
    html! {
        (case::status_tag(line.status))
        @if line.industry { " " (ui::tag(Tone::Purple, "отраслевая")) }
        @if line.coordinator { " " (ui::tag(Tone::Purple, "заявитель — координатор")) }
        @if line.vouched && line.status == Status::UnderReview { " " (ui::tag(Tone::Green, "проверено")) }
        @if line.frozen { " " (ui::tag(Tone::Red, "отзыв на рассмотрении")) }
    }
}

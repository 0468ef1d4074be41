//! Applications in a table: the columns every registrar's list shares.

use app::lists::{Line, Page};
use chrono::NaiveDate;
use domain::{
    calendar::{DaysLeft, Zone},
    life::Status,
    reference::Category,
};
use maud::{Markup, html};
use ui::{Column, Pagination, Tone, ru};

use crate::{case, lists};

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
    /// The form whose check boxes stand in the lines, if any.
    pub marks: Option<&'a str>,
    /// The region's zone.
    pub zone: Zone,
    /// The region's today.
    pub today: NaiveDate,
}

/// The name of the check boxes in the lines; the value is `id.version`.
pub const MARKED: &str = "application";

/// The table of a page of lines, with the link to the next page at `next`.
#[must_use]
pub fn table(page: &Page<Line>, shown: Shown<'_>, next: Option<&str>) -> Markup {
    let mut columns = Vec::new();
    if shown.marks.is_some() {
        columns.push(Column::marks("Отметить", MARKED));
    }
    columns.push(Column::text("ФИО"));
    if shown.municipality {
        columns.push(Column::text("Муниципалитет"));
    }
    columns.extend(
        [
            "Должность",
            "Организация",
            "Заявленная категория",
            "Подано",
            "Срок",
            "Состояние",
        ]
        .map(Column::text),
    );
    html! {
        (ui::table(ui::Table {
            caption: shown.caption,
            caption_hidden: true,
            columns: &columns,
            rows: page.rows.iter().map(|line| row(line, shown)).collect(),
            empty: shown.empty,
        }))
        (lists::partial(page.partial))
        (ui::pagination(Pagination { previous: None, next: next.filter(|_| page.more) }))
    }
}

/// The row a next page goes on from.
#[must_use]
pub fn last(page: &Page<Line>) -> String {
    page.rows
        .last()
        .map(|line| line.public_id.to_string())
        .unwrap_or_default()
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
    cells.push(state(line));
    cells
}

fn state(line: &Line) -> Markup {
    html! {
        (case::status_tag(line.status))
        @if let Some(number) = line.registered_number { " № " (number) }
        @if line.industry { " " (ui::tag(Tone::Purple, "отраслевая")) }
        @if line.coordinator { " " (ui::tag(Tone::Purple, "заявитель — координатор")) }
        @if line.vouched && line.status == Status::UnderReview { " " (ui::tag(Tone::Green, "проверено")) }
        @if line.frozen { " " (ui::tag(Tone::Red, "отзыв на рассмотрении")) }
    }
}

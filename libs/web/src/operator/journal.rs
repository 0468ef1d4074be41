//! `/operator/journal` «Журнал регистрации заявлений»: lines of any days and of one or all
//! municipalities, on the page and as files (R-APP-5).

mod line;

use app::{
    FieldFault,
    journal::{self, Filter, Line, Page as Lines},
    lists::Municipality,
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::get,
};
use chrono::NaiveDate;
use domain::calendar::text;
use futures::TryStreamExt as _;
use maud::{Markup, html};
use serde::Deserialize;
use sheets::Format;
use ui::{ButtonStyle, Column, Field, NamedButton, Pagination, Table};

use super::applications::{municipality_filter, municipality_of};
use crate::{
    Web,
    asked::{Asked, address},
    error::Result,
    lists,
    page::{Page, fault_of},
    printouts, sheet,
    visit::Operator,
};

const PATH: &str = "/operator/journal";
const HEADING: &str = "Журнал регистрации заявлений";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route(PATH, get(show))
}

/// What the address asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    from: String,
    to: String,
    municipality: String,
    after: String,
    format: String,
}

impl Wanted {
    fn parse(&self, municipalities: &[Municipality]) -> (Filter, Vec<FieldFault>) {
        let mut faults = Vec::new();
        let from = day("from", &self.from, &mut faults);
        let to = day("to", &self.to, &mut faults);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            faults.push(FieldFault::new("to", "Конец периода раньше его начала"));
        }
        let filter = Filter {
            from,
            to,
            tenant: municipality_of(municipalities, &self.municipality),
        };
        (filter, faults)
    }

    fn next(&self, after: &str) -> String {
        address(
            PATH,
            &[
                ("from", &self.from),
                ("to", &self.to),
                ("municipality", &self.municipality),
                ("after", after),
            ],
        )
    }
}

fn day(field: &'static str, typed: &str, faults: &mut Vec<FieldFault>) -> Option<NaiveDate> {
    match text::parse(typed) {
        Ok(day) => Some(day),
        Err(text::DateFault::Empty) => None,
        Err(fault) => {
            faults.push(FieldFault::new(field, fault.to_string()));
            None
        }
    }
}

async fn show(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response> {
    let municipalities = web.app.journal_municipalities(&at.actor).await?;
    let (filter, faults) = wanted.parse(&municipalities);
    if !faults.is_empty() {
        return Ok(refused(&at, &wanted, &municipalities, &faults));
    }
    match wanted.format.as_str() {
        "xlsx" => workbook(&at, &web, filter).await,
        "pdf" => paper(&at, &web, filter).await,
        _ => {
            let after = wanted.after.parse().ok();
            let lines = web.app.journal(&at.actor, filter, after).await?;
            let body = html! {
                (filters(&wanted, &municipalities, &[]))
                (table(&wanted, &lines))
            };
            Ok(Page::new(&at, HEADING).render(body).into_response())
        }
    }
}

async fn workbook(at: &Operator, web: &Web, filter: Filter) -> Result<Response> {
    sheet::count(web, at.actor.account).await?;
    let lines = web.app.export_journal(&at.actor, filter).await?;
    let rows = lines.map_ok(|batch| batch.iter().map(line::cells).collect());
    sheet::answer(HEADING, Format::Xlsx, &line::COLUMNS, rows).await
}

async fn paper(at: &Operator, web: &Web, filter: Filter) -> Result<Response> {
    sheet::count(web, at.actor.account).await?;
    let printout = web.app.print_journal(&at.actor, filter).await?;
    printouts::lead(web, &at.actor, printout).await
}

fn refused(
    at: &Operator,
    wanted: &Wanted,
    municipalities: &[Municipality],
    faults: &[FieldFault],
) -> Response {
    Page::new(at, HEADING)
        .faults(faults)
        .refuse(filters(wanted, municipalities, faults))
}

fn filters(wanted: &Wanted, municipalities: &[Municipality], faults: &[FieldFault]) -> Markup {
    let file = |label, value| {
        ui::named_button(NamedButton {
            label,
            style: ButtonStyle::Secondary,
            name: Some("format"),
            value: Some(value),
            ..NamedButton::default()
        })
    };
    let fields = html! {
        (ui::date(Field {
            name: "from",
            label: "Период с",
            value: &wanted.from,
            error: fault_of(faults, "from"),
            ..Field::default()
        }))
        (ui::date(Field {
            name: "to",
            label: "Период по",
            value: &wanted.to,
            error: fault_of(faults, "to"),
            ..Field::default()
        }))
        (municipality_filter(municipalities, &wanted.municipality))
    };
    let files = html! {
        (file("Скачать журнал (PDF)", "pdf"))
        (file("Скачать журнал (XLSX)", "xlsx"))
    };
    ui::filters_with(PATH, fields, files)
}

fn table(wanted: &Wanted, lines: &Lines) -> Markup {
    let next = lines.next.map(|place| wanted.next(&place.to_string()));
    html! {
        p class="govuk-body" { "Записей: " (lines.count) }
        (ui::table(Table {
            caption: HEADING,
            caption_hidden: true,
            columns: &journal::COLUMNS.map(Column::text),
            rows: lines.lines.iter().map(row).collect(),
            empty: "Записей нет.",
        }))
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
    }
}

/// The cells of a line; its ФИО opens the application.
fn row(line: &Line) -> Vec<Markup> {
    journal::cells(line)
        .into_iter()
        .enumerate()
        .map(|(column, text)| match line.application {
            Some(id) if column == line::PERSON => html! {
                a class="govuk-link" href={ "/operator/applications/" (id) } { (text) }
            },
            _ => html! { (lists::or_dash(&text)) },
        })
        .collect()
}

//! «Журнал регистрации заявлений»: lines of any days, on the page and as files (R-APP-5). An
//! operator's of one or all municipalities, a coordinator's of its own; the addresses are their
//! cabinets'.

mod line;

use app::{
    FieldFault,
    journal::{self, Filter, Line, Page as Lines},
    municipality_filter::MunicipalityFilter,
};
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use domain::{actor::Actor, calendar::text, role::Role};
use futures::TryStreamExt as _;
use maud::{Markup, html};
use serde::Deserialize;
use sheets::Format;
use ui::{ButtonStyle, Column, Field, NamedButton, Pagination, Table};

use crate::{
    Web,
    asked::address,
    error::Result,
    lists,
    page::{Page, fault_of},
    printouts, sheet,
    visit::Visit,
};

const HEADING: &str = "Журнал регистрации заявлений";

/// What the address asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Wanted {
    from: String,
    to: String,
    municipality: String,
    after: String,
    format: String,
}

/// The days and the municipality a list of registered applications is narrowed to, as typed.
#[derive(Clone, Copy)]
pub struct Days<'a> {
    /// Registered on this day or later.
    pub from: &'a str,
    /// Registered on this day or earlier.
    pub to: &'a str,
    /// Of this municipality; offers nothing where there is one.
    pub municipality: &'a MunicipalityFilter,
}

impl Days<'_> {
    /// The filter, and what is wrong with it.
    pub fn parse(self) -> (Filter, Vec<FieldFault>) {
        let mut faults = Vec::new();
        let from = day("from", self.from, &mut faults);
        let to = day("to", self.to, &mut faults);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            faults.push(FieldFault::new("to", "Конец периода раньше его начала"));
        }
        let unknown = self.municipality.fault();
        faults.extend(unknown.map(|words| FieldFault::new("municipality", words)));
        let filter = Filter {
            from,
            to,
            tenant: self.municipality.tenant(),
        };
        (filter, faults)
    }

    /// The fields; «Муниципалитет» only where there are several.
    pub fn fields(self, regional: bool, faults: &[FieldFault]) -> Markup {
        html! {
            (ui::date(Field {
                name: "from",
                label: "Период с",
                value: self.from,
                error: fault_of(faults, "from"),
                ..Field::default()
            }))
            (ui::date(Field {
                name: "to",
                label: "Период по",
                value: self.to,
                error: fault_of(faults, "to"),
                ..Field::default()
            }))
            @if regional { (lists::municipality(self.municipality)) }
        }
    }
}

/// The filter «Муниципалитет» of those who read lines of all.
///
/// # Errors
/// As the verb.
pub async fn municipality(web: &Web, actor: &Actor, typed: &str) -> Result<MunicipalityFilter> {
    match actor.role {
        Role::Operator => Ok(web.app.journal_municipality_filter(actor, typed).await?),
        _ => Ok(MunicipalityFilter::default()),
    }
}

impl Wanted {
    fn days<'a>(&'a self, municipality: &'a MunicipalityFilter) -> Days<'a> {
        Days {
            from: &self.from,
            to: &self.to,
            municipality,
        }
    }

    fn next(&self, path: &str, after: &str) -> String {
        address(
            path,
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

/// The journal in a cabinet: who looks, and where the page stands.
#[derive(Clone, Copy)]
pub struct Journal<'a> {
    /// The visitor.
    pub visit: &'a Visit,
    /// Who reads.
    pub actor: &'a Actor,
    /// The verbs.
    pub web: &'a Web,
    /// The page's address.
    pub path: &'a str,
}

impl Journal<'_> {
    /// The page, or a file of all its lines.
    ///
    /// # Errors
    /// As the verbs.
    pub async fn answer(&self, wanted: &Wanted) -> Result<Response> {
        let municipality = municipality(self.web, self.actor, &wanted.municipality).await?;
        let days = wanted.days(&municipality);
        let (filter, faults) = days.parse();
        if !faults.is_empty() {
            return Ok(Page::new(self.visit, HEADING)
                .faults(&faults)
                .refuse(self.filters(days, &faults)));
        }
        match wanted.format.as_str() {
            "xlsx" => self.table_file(filter, Format::Xlsx).await,
            "csv" => self.table_file(filter, Format::Csv).await,
            "pdf" => self.paper(filter).await,
            _ => {
                let after = wanted.after.parse().ok();
                let lines = self.web.app.journal(self.actor, filter, after).await?;
                let body = html! {
                    (self.filters(days, &[]))
                    (self.table(wanted, &lines))
                };
                Ok(Page::new(self.visit, HEADING).render(body).into_response())
            }
        }
    }

    async fn table_file(&self, filter: Filter, format: Format) -> Result<Response> {
        sheet::count(self.web, self.actor.account).await?;
        let lines = self.web.app.export_journal(self.actor, filter).await?;
        let rows = lines.map_ok(|batch| batch.iter().map(line::cells).collect());
        sheet::answer(HEADING, format, &line::COLUMNS, rows).await
    }

    async fn paper(&self, filter: Filter) -> Result<Response> {
        sheet::count(self.web, self.actor.account).await?;
        let printout = self.web.app.print_journal(self.actor, filter).await?;
        printouts::lead(self.web, self.actor, printout).await
    }

    fn filters(&self, days: Days<'_>, faults: &[FieldFault]) -> Markup {
        let file = |label, value| {
            ui::named_button(NamedButton {
                label,
                style: ButtonStyle::Secondary,
                name: Some("format"),
                value: Some(value),
                ..NamedButton::default()
            })
        };
        let fields = days.fields(self.actor.role == Role::Operator, faults);
        let files = html! {
            (file("Скачать журнал (PDF)", "pdf"))
            (file("Скачать журнал (XLSX)", "xlsx"))
        };
        ui::filters_with(self.path, fields, files)
    }

    fn table(&self, wanted: &Wanted, lines: &Lines) -> Markup {
        let next = lines
            .next
            .map(|place| wanted.next(self.path, &place.to_string()));
        html! {
            p class="govuk-body" { "Записей: " (lists::count(lines.count)) }
            (ui::table(Table {
                caption: HEADING,
                caption_hidden: true,
                columns: &journal::COLUMNS.map(Column::text),
                rows: lines.lines.iter().map(|line| self.row(line)).collect(),
                empty: "Записей нет.",
            }))
            (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        }
    }

    /// The cells of a line; its ФИО opens the application.
    fn row(&self, line: &Line) -> Vec<Markup> {
        let cabinet = self.actor.role.home();
        journal::cells(line)
            .into_iter()
            .enumerate()
            .map(|(column, text)| match line.application {
                Some(id) if column == line::PERSON => html! {
                    a class="govuk-link" href={ (cabinet) "/applications/" (id) } { (text) }
                },
                _ => html! { (lists::or_dash(&text)) },
            })
            .collect()
    }
}

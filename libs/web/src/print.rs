//! «Печать заявлений» (01 §1.8): the registered applications in the journal's order, check boxes,
//! and below them what the person had printed last. An operator's of all municipalities, a
//! coordinator's of its own; the addresses are their cabinets'.

mod taken;

use app::{
    FieldFault,
    journal::{Filter, Place},
    municipality_filter::MunicipalityFilter,
    printing::{Format, Line, MOST, Page as Lines, REASON, Wanted as Which},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::actor::Actor;
use maud::{Markup, html};
use serde::Deserialize;
use sheets::Format as Sheet;
use ui::{
    ButtonStyle, Choice, Choices, Column, Field, Form, NamedButton, Pagination, Table, Width, ru,
};
use uuid::Uuid;

use crate::{
    Web,
    asked::address,
    case,
    error::{Error, Result},
    form::{Posted, stale_form},
    journal::{self, Days},
    lists,
    page::{Page, fault_of},
    printouts, sheet,
    visit::Visit,
};

const HEADING: &str = "Печать заявлений";
const MARKED: &str = "application";
const MARKING: &str = "marking";

/// What most printing is for.
const USUAL: &str = "Для аттестационного дела";

/// What the address asks for.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Wanted {
    from: String,
    to: String,
    municipality: String,
    q: String,
    after: String,
    format: String,
}

impl Wanted {
    fn days<'a>(&'a self, municipality: &'a MunicipalityFilter) -> Days<'a> {
        Days {
            from: &self.from,
            to: &self.to,
            municipality,
        }
    }

    /// The address with its filters and one pair more.
    fn address(&self, path: &str, more: (&str, &str)) -> String {
        address(
            path,
            &[
                ("from", &self.from),
                ("to", &self.to),
                ("municipality", &self.municipality),
                ("q", &self.q),
                more,
            ],
        )
    }
}

/// What the form sends: which applications, what for, and the button.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Raw {
    /// The marked ones, of this page and of those before it.
    application: Vec<String>,
    /// All of this page.
    page: Vec<String>,
    which: String,
    reason: Option<String>,
    format: String,
}

impl Raw {
    fn marked(&self) -> Vec<Uuid> {
        ids(&self.application)
    }

    /// The marked ones and all of this page.
    fn whole_page(&self) -> Vec<Uuid> {
        [self.marked(), ids(&self.page)].concat()
    }

    fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or(USUAL)
    }
}

fn ids(sent: &[String]) -> Vec<Uuid> {
    sent.iter().filter_map(|id| id.parse().ok()).collect()
}

/// The page in a cabinet: who prints, where the page stands, what it is narrowed to.
pub struct Desk<'a> {
    /// The visitor.
    pub visit: &'a Visit,
    /// Who prints.
    pub actor: &'a Actor,
    /// The verbs.
    pub web: &'a Web,
    /// The page's address.
    pub path: &'a str,
    /// What the address asks for.
    pub wanted: Wanted,
}

impl Desk<'_> {
    /// The page, or all of its list as a file.
    ///
    /// # Errors
    /// As the verbs.
    pub async fn show(&self) -> Result<Response> {
        if let Some(format) = Sheet::from_code(&self.wanted.format) {
            let municipality = self.municipality().await?;
            let (filter, faults) = self.wanted.days(&municipality).parse();
            if faults.is_empty() {
                return taken::file(self, format, filter).await;
            }
        }
        self.again(StatusCode::OK, &Raw::default(), Vec::new())
            .await
    }

    /// Has what is chosen printed, and leads to how far it is.
    ///
    /// # Errors
    /// As the verb.
    pub async fn print(&self, posted: Posted<Raw>) -> Result<Response> {
        let raw = match posted.accept() {
            Ok(raw) => raw,
            Err(raw) => return self.again(StatusCode::FORBIDDEN, &raw, stale_form()).await,
        };
        let format = match raw.format.as_str() {
            "zip" => Format::Zip,
            // The next page, with what is marked on this one.
            "next" => return self.again(StatusCode::OK, &raw, Vec::new()).await,
            _ => Format::Pdf,
        };
        let municipality = self.municipality().await?;
        let (filter, faults) = self.wanted.days(&municipality).parse();
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        sheet::count(self.web, self.actor.account).await?;
        match self.ask(&raw, filter, format).await {
            Ok(id) => Ok(Redirect::to(&printouts::address(id)).into_response()),
            Err(app::Error::Invalid(faults)) => {
                let refused = StatusCode::UNPROCESSABLE_ENTITY;
                self.again(refused, &raw, faults).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn municipality(&self) -> Result<MunicipalityFilter> {
        journal::municipality(self.web, self.actor, &self.wanted.municipality).await
    }

    async fn ask(&self, raw: &Raw, filter: Filter, format: Format) -> app::Result<Uuid> {
        let marked = match raw.which.as_str() {
            "page" => raw.whole_page(),
            _ => raw.marked(),
        };
        let which = match raw.which.as_str() {
            "all" => Which::Found(filter, &self.wanted.q),
            _ => Which::Marked(&marked),
        };
        let app = &self.web.app;
        app.print_applications(self.actor, which, format, raw.reason())
            .await
    }

    /// The page with what was typed and marked.
    async fn again(
        &self,
        status: StatusCode,
        raw: &Raw,
        mut faults: Vec<FieldFault>,
    ) -> Result<Response> {
        let municipality = self.municipality().await?;
        let days = self.wanted.days(&municipality);
        let (filter, wrong) = days.parse();
        let status = if wrong.is_empty() {
            status
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        faults.extend(wrong);
        let after: Option<Place> = self.wanted.after.parse().ok();
        let app = &self.web.app;
        let lines = app
            .printable(self.actor, filter, &self.wanted.q, after)
            .await?;
        let newest = app.newest_printouts(self.actor).await?;
        let page = Page::new(self.visit, HEADING)
            .faults(&faults)
            .render(html! {
                (self.filters(days, &faults))
                (self.table(&lines, raw))
                @if !lines.lines.is_empty() { (self.form(&lines, raw, &faults)) }
                (sheet::buttons(|format| self.wanted.address(self.path, ("format", format))))
                h2 { "Последние документы" }
                (printouts::newest(&newest, self.web.app.zone()))
            });
        Ok((status, page).into_response())
    }

    fn filters(&self, days: Days<'_>, faults: &[FieldFault]) -> Markup {
        ui::filters(
            self.path,
            html! {
                (days.fields(self.actor.tenant.is_none(), faults))
                (lists::search(&self.wanted.q, lists::NAME_NUMBER_OR_ORGANISATION))
            },
        )
    }

    fn table(&self, lines: &Lines, raw: &Raw) -> Markup {
        let operator = self.actor.tenant.is_none();
        let mut columns = vec![Column::marks("Отметить", MARKED)];
        columns.extend(
            ["№", "Дата регистрации", "ФИО", "Должность", "Место работы"].map(Column::text),
        );
        if operator {
            columns.push(Column::text("Муниципалитет"));
        }
        columns.push(Column::text("Состояние"));
        let marked = raw.marked();
        let next = lines.next.map(|place| {
            self.wanted
                .address(self.path, ("after", &place.to_string()))
        });
        html! {
            (ui::table(Table {
                caption: HEADING,
                caption_hidden: true,
                columns: &columns,
                rows: lines.lines.iter().map(|line| self.row(line, &marked)).collect(),
                empty: lists::nothing(&self.wanted.q, "Зарегистрированных заявлений нет."),
            }))
            (lists::partial(lines.partial))
            (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
            @if next.is_some() {
                p {
                    "Ссылка «Следующая страница» снимает отметки. Чтобы их сохранить, нажмите ниже «"
                    (MARK_ON) "»."
                }
            }
        }
    }

    fn row(&self, line: &Line, marked: &[Uuid]) -> Vec<Markup> {
        let id = line.public_id.to_string();
        let checked = marked.contains(&line.public_id);
        let mut cells = vec![
            ui::row_mark(MARKED, &id, &line.full_name, Some(MARKING), checked),
            html! { (line.place.line) },
            html! { (ru::date_short(line.place.date)) },
            html! {
                a class="govuk-link" href={ (self.actor.role.home()) "/applications/" (id) } { (line.full_name) }
            },
            html! { (line.position) },
            html! { (line.organisation) },
        ];
        if self.actor.tenant.is_none() {
            cells.push(html! { (line.municipality) });
        }
        cells.push(case::status_tag(line.status));
        cells
    }

    fn form(&self, lines: &Lines, raw: &Raw, faults: &[FieldFault]) -> Markup {
        let here: Vec<Uuid> = lines.lines.iter().map(|line| line.public_id).collect();
        let elsewhere: Vec<Uuid> = raw
            .marked()
            .into_iter()
            .filter(|id| !here.contains(id))
            .collect();
        let next = lines.next.map(|place| {
            self.wanted
                .address(self.path, ("after", &place.to_string()))
        });
        let button = |label, value, style, action| {
            ui::named_button(NamedButton {
                label,
                style,
                name: Some("format"),
                value: Some(value),
                action,
                ..NamedButton::default()
            })
        };
        let (first, second) = (ButtonStyle::Primary, ButtonStyle::Secondary);
        let form = Form {
            action: &self
                .wanted
                .address(self.path, ("after", &self.wanted.after)),
            csrf: &self.visit.csrf,
            id: Some(MARKING),
            ..Form::default()
        };
        let fields = html! {
            @for id in &here { (ui::hidden("page", &id.to_string())) }
            @for id in &elsewhere { (ui::hidden(MARKED, &id.to_string())) }
            @if !elsewhere.is_empty() {
                p { "Отмечено на других страницах: " (elsewhere.len()) }
            }
            (ui::radios(Choices {
                name: "which",
                legend: "Какие заявления",
                options: &[
                    Choice { value: "", label: "отмеченные", ..Choice::default() },
                    Choice { value: "page", label: "все на этой странице и отмеченные", ..Choice::default() },
                    Choice { value: "all", label: ALL, ..Choice::default() },
                ],
                chosen: &[&raw.which],
                ..Choices::default()
            }))
            (ui::text(Field {
                name: "reason",
                label: "Для чего",
                value: raw.reason(),
                hint: Some("Это увидит педагог в истории заявления"),
                error: fault_of(faults, "reason"),
                max_length: u32::try_from(REASON).ok(),
                width: Width::Medium,
                ..Field::default()
            }))
            (ui::button_group(html! {
                (button("Напечатать отмеченные", "pdf", first, None))
                (button("Собрать архив (ZIP)", "zip", second, None))
                @if let Some(next) = &next {
                    (button(MARK_ON, "next", second, Some(next.as_str())))
                }
            }))
        };
        ui::form(form, fields)
    }
}

/// The button that keeps what is marked.
const MARK_ON: &str = "Отметить ещё на следующей странице";

const ALL: &str = "все по фильтру, не больше 500";

// The words say the number.
const _: () = assert!(MOST == 500);

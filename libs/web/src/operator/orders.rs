//! `/operator/orders` «Распоряжения»: recording an order with decisions for many applications in
//! one go (R-ORD-1), the orders there are, and one of them with its decisions.

mod outcome;

use std::collections::HashMap;

use app::{
    FieldFault,
    lists::Municipality,
    orders::{Offer, Orders, Ready, Typed, Wanted},
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::get,
};
use domain::reference::{Category, Decision};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Choice, Column, Field, FileField, Form, Pagination, Select, Table, Width, ru};
use uuid::Uuid;

use super::applications;
use crate::{
    Web,
    asked::{Asked, address},
    error::Result,
    id::Id,
    lists,
    page::{Page, fault_of},
    upload::{Upload, Uploaded},
    visit::Operator,
};
use outcome::{decided, file_link, results, title};

const PATH: &str = "/operator/orders";
const HEADING: &str = "Распоряжения";

/// What the name of a row's list begins with; the application's id and version follow.
const ROW: &str = "decision.";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(list).post(record))
        .route("/operator/orders/{id}", get(show))
}

/// What the address asks for: which applications are offered, what is proposed for all of them,
/// and from where on the orders are listed.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asking {
    period: String,
    municipality: String,
    all: String,
    after: String,
}

/// What was typed, by the names of the fields; nothing at first.
#[derive(Default)]
struct Raw {
    number: String,
    date: String,
    /// The decisions chosen, by the application's id.
    chosen: HashMap<Uuid, String>,
    faults: Vec<FieldFault>,
}

async fn list(
    at: Operator,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
) -> Result<Markup> {
    let desk = Desk::read(&at, &web, asking).await?;
    Ok(Page::new(&at, HEADING).render(desk.body(&Raw::default())))
}

/// The answer is a page of its own and not a redirect: pressed again it answers each row anew.
async fn record(
    at: Operator,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
    upload: Upload,
) -> Result<Response> {
    let mut form = upload.receive_order(&web, &at.actor).await?;
    let (chosen, wanted) = decisions(&form);
    let faults = std::mem::take(&mut form.faults);
    let mut files = form.received();
    let file = (faults.is_empty() && !files.is_empty()).then(|| files.remove(0));
    web.app.discard(&files).await;
    let typed = Typed {
        number: form.text("number").to_owned(),
        date: form.text("date").to_owned(),
        file,
    };
    let recorded = if faults.is_empty() {
        web.app.record_order(&at.actor, &typed, &wanted).await
    } else {
        Err(app::Error::Invalid(faults))
    };
    match recorded {
        Ok(recorded) => Ok(Page::new(&at, "Результат записи распоряжения")
            .back(PATH)
            .render(results(recorded))
            .into_response()),
        Err(app::Error::Invalid(faults)) => {
            let desk = Desk::read(&at, &web, asking).await?;
            let raw = Raw {
                number: typed.number,
                date: typed.date,
                chosen,
                faults,
            };
            Ok(Page::new(&at, HEADING)
                .faults(&raw.faults)
                .refuse(desk.body(&raw)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The decisions of a form: as they were chosen, and those that decide something. What names no
/// application is passed over.
fn decisions(form: &Uploaded) -> (HashMap<Uuid, String>, Vec<Wanted>) {
    let mut chosen = HashMap::new();
    let mut wanted = Vec::new();
    for (name, value) in form.texts() {
        let row = name.strip_prefix(ROW).and_then(|row| row.split_once('.'));
        let Some((id, version)) = row else { continue };
        let (Ok(application), Ok(version)) = (id.parse(), version.parse()) else {
            continue;
        };
        if let Some(decision) = Decision::from_code(value) {
            wanted.push(Wanted {
                application,
                version,
                decision,
            });
        }
        chosen.insert(application, value.to_owned());
    }
    wanted.sort_by_key(|wanted| wanted.application);
    wanted.truncate(app::orders::OFFERED);
    (chosen, wanted)
}

/// The page with what it reads.
struct Desk<'a> {
    at: &'a Operator,
    asking: Asking,
    offer: Offer,
    municipalities: Vec<Municipality>,
    orders: Orders,
}

impl<'a> Desk<'a> {
    async fn read(at: &'a Operator, web: &Web, asking: Asking) -> Result<Self> {
        let municipalities = web.app.municipalities(&at.actor).await?;
        let tenant = applications::municipality_of(&municipalities, &asking.municipality);
        let period = asking.period.parse().ok();
        Ok(Self {
            offer: web.app.decidable(&at.actor, tenant, period).await?,
            orders: web.app.orders(&at.actor, asking.after.parse().ok()).await?,
            at,
            asking,
            municipalities,
        })
    }

    fn body(&self, raw: &Raw) -> Markup {
        html! {
            h2 { "Новое распоряжение" }
            (self.filters())
            (self.form(raw))
            h2 { "Записанные распоряжения" }
            (self.recorded())
        }
    }

    fn filters(&self) -> Markup {
        let ids: Vec<String> = self
            .offer
            .periods
            .iter()
            .map(|period| period.public_id.to_string())
            .collect();
        let periods: Vec<Choice<'_>> = self
            .offer
            .periods
            .iter()
            .zip(&ids)
            .map(|(period, id)| choice(id, &period.name))
            .collect();
        ui::filters(
            PATH,
            html! {
                (ui::select(Select {
                    field: Field {
                        name: "period",
                        label: "Период",
                        value: &self.asking.period,
                        ..Field::default()
                    },
                    empty: Some("все"),
                    options: &periods,
                    ..Select::default()
                }))
                (applications::municipality_filter(&self.municipalities, &self.asking.municipality))
                (ui::select(Select {
                    field: Field {
                        name: "all",
                        label: "Отметить всем",
                        value: &self.asking.all,
                        ..Field::default()
                    },
                    empty: Some(UNDECIDED),
                    options: &verdicts(),
                    ..Select::default()
                }))
            },
        )
    }

    fn form(&self, raw: &Raw) -> Markup {
        let action = address(
            PATH,
            &[
                ("period", &self.asking.period),
                ("municipality", &self.asking.municipality),
                ("all", &self.asking.all),
            ],
        );
        let form = Form {
            action: &action,
            csrf: &self.at.csrf,
            multipart: true,
            ..Form::default()
        };
        ui::form(
            form,
            html! {
                (ui::text(Field {
                    name: "number",
                    label: "Номер распоряжения",
                    value: &raw.number,
                    hint: Some("Например: 173К. Номер и дата записанного раньше распоряжения дополняют его"),
                    error: fault_of(&raw.faults, "number"),
                    max_length: Some(30),
                    width: Width::Short,
                    ..Field::default()
                }))
                (ui::date(Field {
                    name: "date",
                    label: "Дата распоряжения",
                    value: &raw.date,
                    error: fault_of(&raw.faults, "date"),
                    ..Field::default()
                }))
                (ui::file(FileField {
                    name: "file",
                    label: "Файл распоряжения",
                    hint: Some("PDF"),
                    error: fault_of(&raw.faults, "file"),
                    accept: Some(".pdf"),
                    ..FileField::default()
                }))
                (self.offered(raw))
                (ui::button("Записать распоряжение"))
            },
        )
    }

    fn offered(&self, raw: &Raw) -> Markup {
        let columns = [
            "ФИО (в дательном падеже)",
            "Должность",
            "Место работы",
            "Муниципалитет",
            "Заявленная категория",
            "Период",
            "Решение",
        ];
        let rows = self.offer.rows.iter().map(|row| {
            let chosen = raw.chosen.get(&row.public_id);
            ready(row, chosen.unwrap_or(&self.asking.all))
        });
        html! {
            (ui::table(Table {
                caption: "Заявления, по которым можно принять решение",
                caption_hidden: false,
                columns: &columns.map(Column::text),
                rows: rows.collect(),
                empty: "Сейчас нет заявлений, по которым можно принять решение.",
            }))
            @if self.offer.more {
                p {
                    "Показаны первые " (self.offer.rows.len())
                    ": остальные появятся, когда будут записаны решения по этим, или выберите период и муниципалитет."
                }
            }
        }
    }

    fn recorded(&self) -> Markup {
        let rows = self.orders.rows.iter().map(|order| {
            vec![
                html! { a class="govuk-link" href={ (PATH) "/" (order.public_id) } { (order.number) } },
                html! { (ru::date_short(order.date)) },
                file_link(order),
                html! { (order.decisions) },
            ]
        });
        let after = self.orders.next.map(|id| id.to_string());
        let next = after.map(|after| address(PATH, &[("after", &after)]));
        html! {
            (ui::table(Table {
                caption: "Записанные распоряжения",
                caption_hidden: true,
                columns: &[
                    Column::text("Номер распоряжения"),
                    Column::text("Дата распоряжения"),
                    Column::text("Файл распоряжения"),
                    Column::number("Решений"),
                ],
                rows: rows.collect(),
                empty: "Распоряжений пока нет.",
            }))
            (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        }
    }
}

const UNDECIDED: &str = "не решать";

fn choice<'a>(value: &'a str, label: &'a str) -> Choice<'a> {
    Choice {
        value,
        label,
        ..Choice::default()
    }
}

fn verdicts() -> [Choice<'static>; 2] {
    Decision::ALL.map(|decision| choice(decision.code(), decision.name()))
}

fn ready(row: &Ready, chosen: &str) -> Vec<Markup> {
    let whose = format!("whose-{}", row.public_id);
    let name = format!("{ROW}{}.{}", row.public_id, row.version);
    vec![
        html! {
            a id=(whose) class="govuk-link" href={ "/operator/applications/" (row.public_id) } { (row.dative) }
        },
        html! { (row.position) },
        html! { (row.organisation) },
        html! { (row.municipality) },
        html! { (row.category.map_or("", Category::name)) },
        html! { (lists::or_dash(&row.period)) },
        ui::row_select(
            Select {
                field: Field {
                    name: &name,
                    label: "Решение",
                    value: chosen,
                    ..Field::default()
                },
                empty: Some(UNDECIDED),
                options: &verdicts(),
                ..Select::default()
            },
            &whose,
        ),
    ]
}

/// What the address of an order's page asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Paged {
    after: String,
}

async fn show(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    Asked(paged): Asked<Paged>,
) -> Result<Markup> {
    let after = paged.after.parse().unwrap_or_default();
    let view = web.app.order(&at.actor, id, after).await?;
    Ok(Page::new(&at, &title(&view.order))
        .back(PATH)
        .render(decided(&view)))
}

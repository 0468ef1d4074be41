//! The page of orders: the form of a new one with the applications it may decide about, and the
//! orders there are.

use app::{
    municipality_filter::MunicipalityFilter,
    orders::{Asked, Offer, Orders, Ready},
};
use domain::reference::{Category, Decision};
use maud::{Markup, html};
use ui::{Choice, Column, Field, FileField, Form, Pagination, Select, Table, Width, ru};
use uuid::Uuid;

use super::{
    AGAIN, Asking, FIRST, PATH, Raw, matching,
    outcome::{file_link, made, title},
};
use crate::{Web, asked::address, error::Result, lists, page::fault_of, sheet, visit::Operator};

/// The page with what it reads.
pub(super) struct Desk<'a> {
    at: &'a Operator,
    asking: Asking,
    offer: Offer,
    municipality: MunicipalityFilter,
    orders: Orders,
}

impl<'a> Desk<'a> {
    /// Reads what the address asks for; `only` these applications, where a form has brought them.
    pub(super) async fn read(
        at: &'a Operator,
        web: &Web,
        asking: Asking,
        only: Option<Vec<Uuid>>,
    ) -> Result<Self> {
        let municipality = web
            .app
            .municipality_filter(&at.actor, &asking.municipality)
            .await?;
        let wanted = Asked {
            tenant: municipality.tenant(),
            period: asking.period.parse().ok(),
            replaces: asking.replaces.parse().ok(),
            only,
        };
        Ok(Self {
            offer: web.app.offer(&at.actor, &wanted).await?,
            orders: web.app.orders(&at.actor, asking.after.parse().ok()).await?,
            at,
            asking,
            municipality,
        })
    }

    pub(super) fn body(&self, raw: &Raw) -> Markup {
        html! {
            @if let Some(order) = &self.offer.replaces {
                h2 { "Распоряжение взамен прежнего" }
                p {
                    "Выберите новые решения по заявлениям, о которых "
                    a class="govuk-link" href={ (PATH) "/" (order.public_id) } { (title(order)) }
                    ". Прежние решения останутся в истории. "
                    a class="govuk-link" href=(PATH) { "Обычное распоряжение" }
                }
            } @else {
                h2 { "Новое распоряжение" }
                p { a class="govuk-link" href=(matching::PATH) { (matching::HEADING) } }
                (self.filters())
            }
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
                (lists::municipality(&self.municipality))
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
                ("replaces", &self.asking.replaces),
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
        let (about, caption, empty) = if self.offer.replaces.is_some() {
            (
                "Сейчас",
                "Решения, которые можно заменить",
                "Все решения этого распоряжения уже заменены другими.",
            )
        } else {
            (
                "Период",
                "Заявления, по которым можно принять решение",
                "Сейчас нет заявлений, по которым можно принять решение.",
            )
        };
        let columns = [
            "ФИО (в дательном падеже)",
            "Должность",
            "Место работы",
            "Муниципалитет",
            "Заявленная категория",
            about,
            "Решение",
        ];
        let rows = self.offer.rows.iter().map(|row| {
            let chosen = raw.chosen.get(&row.public_id);
            ready(row, chosen.unwrap_or(&self.asking.all))
        });
        html! {
            (ui::table(Table {
                caption,
                caption_hidden: false,
                columns: &columns.map(Column::text),
                rows: rows.collect(),
                empty,
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
            (sheet::buttons(|format| address(PATH, &[("format", format)])))
        }
    }
}

const UNDECIDED: &str = "не решать";

pub(super) fn choice<'a>(value: &'a str, label: &'a str) -> Choice<'a> {
    Choice {
        value,
        label,
        ..Choice::default()
    }
}

pub(super) fn verdicts() -> [Choice<'static>; 2] {
    Decision::ALL.map(|decision| choice(decision.code(), decision.name()))
}

fn ready(row: &Ready, chosen: &str) -> Vec<Markup> {
    let whose = format!("whose-{}", row.public_id);
    // Which of the two it is follows from the row: a form never supersedes unawares.
    let prefix = if row.held.is_some() { AGAIN } else { FIRST };
    let name = format!("{prefix}{}.{}", row.public_id, row.version);
    vec![
        html! {
            a id=(whose) class="govuk-link" href={ "/operator/applications/" (row.public_id) } { (row.dative) }
        },
        html! { (row.position) },
        html! { (row.organisation) },
        html! { (row.municipality) },
        html! { (row.category.map_or("", Category::name)) },
        html! {
            @if let Some(held) = row.held { (made(held)) } @else { (lists::or_dash(&row.period)) }
        },
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

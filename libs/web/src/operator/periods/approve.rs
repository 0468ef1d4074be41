//! `/operator/periods/{id}/approve` «Утверждение графика»: what can be approved and what is left
//! out by name, and what approving did (R-PER-1).

use app::{
    FieldFault,
    periods::{Approval, Approved, Left, Period, Typed},
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Field, Form, Table, Tone, Width};
use uuid::Uuid;

use super::PATH;
use crate::{
    Web, bulk,
    error::Result,
    form::{Posted, stale_form, version},
    id::Id,
    lists,
    page::{Page, fault_of},
    visit::Operator,
};

const HEADING: &str = "Утверждение графика";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Raw {
    version: String,
    number: String,
    date: String,
}

impl Raw {
    fn of(period: &Period) -> Self {
        let order = period.order.as_ref();
        Self {
            version: period.version.to_string(),
            number: order.map(|order| order.number.clone()).unwrap_or_default(),
            date: order
                .map(|order| ui::ru::date_short(order.date))
                .unwrap_or_default(),
        }
    }
}

pub(super) async fn show(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let approval = web.app.approval(&at.actor, id).await?;
    let raw = Raw::of(&approval.period);
    Ok(page(&at, &approval, &[]).render(body(&at, &approval, &raw, &[])))
}

/// The answer is a page of its own and not a redirect: pressed again it goes on where it was.
pub(super) async fn approve(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let approval = web.app.approval(&at.actor, id).await?;
            let faults = stale_form();
            let page = page(&at, &approval, &faults);
            return Ok(lists::again(
                page.render(body(&at, &approval, &raw, &faults)),
            ));
        }
    };
    let typed = Typed {
        version: version(&raw.version),
        number: &raw.number,
        date: &raw.date,
    };
    match web.app.approve_period(&at.actor, id, typed).await {
        Ok(approved) => Ok(Page::new(&at, "График утверждён")
            .caption(&approved.period.name.clone())
            .back(PATH)
            .render(outcome(id, approved))
            .into_response()),
        Err(app::Error::Invalid(faults)) => {
            let approval = web.app.approval(&at.actor, id).await?;
            Ok(page(&at, &approval, &faults).refuse(body(&at, &approval, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

fn page<'a>(at: &'a Operator, approval: &'a Approval, faults: &'a [FieldFault]) -> Page<'a> {
    Page::new(at, HEADING)
        .caption(&approval.period.name)
        .back(PATH)
        .faults(faults)
}

fn body(at: &Operator, approval: &Approval, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let action = format!("{PATH}/{}/approve", approval.period.public_id);
    let form = Form {
        action: &action,
        csrf: &at.csrf,
        ..Form::default()
    };
    let ready: usize = approval.ready.values().sum();
    html! {
        @if approval.period.order.is_some() {
            (ui::inset(html! { p { "Период уже утверждён. Утвердить можно строки, которые с тех пор готовы: это следующая версия графика." } }))
        } @else {
            (ui::inset(html! { p { "После утверждения период закрыт для муниципалитетов: изменяет его строки только оператор. Строки, которые утвердить нельзя, остаются предварительными." } }))
        }
        (numbers("Можно утвердить строк", ready, approval.ready.iter().map(|(name, n)| (name.clone(), html! { (n) })).collect()))
        (left_out(&approval.left))
        (ui::form(form, html! {
            (ui::hidden("version", &raw.version))
            (ui::text(Field {
                name: "number",
                label: "Номер распоряжения",
                value: &raw.number,
                hint: Some("Например: 173К"),
                error: fault_of(faults, "number"),
                max_length: Some(30),
                width: Width::Short,
                ..Field::default()
            }))
            (ui::date(Field {
                name: "date",
                label: "Дата распоряжения",
                value: &raw.date,
                error: fault_of(faults, "date"),
                ..Field::default()
            }))
            (ui::button("Утвердить"))
        }))
    }
}

fn outcome(id: Uuid, approved: Approved) -> Markup {
    let all: usize = approved.done.values().filter_map(|n| n.as_ref().ok()).sum();
    let done = approved.done.into_iter().map(|(name, outcome)| {
        let words = match outcome {
            Ok(n) => html! { (n) },
            Err(error) => html! {
                (ui::tag(Tone::Red, "не утверждено")) " "
                (bulk::reason(error, "Этот муниципалитет утверждаете не Вы."))
            },
        };
        (name, words)
    });
    html! {
        @if let Some(order) = &approved.period.order {
            p { "Распоряжение от " (ui::ru::date_long(order.date)) " № " (order.number) "." }
        }
        (numbers("Утверждено строк", all, done.collect()))
        (left_out(&approved.left))
        @match approved.version {
            Some(version) => p { "Опубликована версия графика № " (version) "." },
            None => p { "График не изменился: новой версии нет." },
        }
        p { a class="govuk-link" href={ (PATH) "/" (id) } { "Версии графика" } }
        (ui::link_button(PATH, "Вернуться к периодам"))
    }
}

/// A sum and what each municipality adds to it.
fn numbers(title: &str, sum: usize, rows: Vec<(String, Markup)>) -> Markup {
    html! {
        h2 { (title) ": " (sum) }
        @if !rows.is_empty() {
            (ui::table(Table {
                caption: title,
                caption_hidden: true,
                columns: &[Column::text("Муниципалитет"), Column::number("Строк")],
                rows: rows.into_iter().map(|(name, n)| vec![html! { (name) }, n]).collect(),
                empty: "",
            }))
        }
    }
}

fn left_out(left: &[Left]) -> Markup {
    let rows = left.iter().map(|left| {
        vec![
            html! {
                a class="govuk-link" href={ "/operator/schedule/" (left.application) } { (left.name) }
            },
            html! { (left.municipality) },
            html! { (left.reason) },
        ]
    });
    html! {
        h2 { "Не войдёт строк: " (left.len()) }
        @if !left.is_empty() {
            (ui::table(Table {
                caption: "Строки, которые не войдут в график",
                caption_hidden: true,
                columns: &["ФИО", "Муниципалитет", "Причина"].map(Column::text),
                rows: rows.collect(),
                empty: "",
            }))
        }
    }
}

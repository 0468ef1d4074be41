//! `/operator/municipalities` «Муниципалитеты»: each with its numbers, which lead to the lists
//! they count (01 §1.8).

use app::dashboard::Glance;
use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};
use ui::{Column, Table, Tone};

use crate::{Result, Web, asked::address, page::Page, visit::Operator};

const HEADING: &str = "Муниципалитеты";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/operator/municipalities", get(show))
}

async fn show(at: Operator, State(web): State<Web>) -> Result<Markup> {
    let rows = web.app.municipalities_at_a_glance(&at.actor).await?;
    Ok(Page::new(&at, HEADING).render(html! {
        p { a class="govuk-link" href="/operator/transfers" { "Переводы" } }
        (everything(&rows))
    }))
}

/// People and applications of each.
fn everything(municipalities: &[Glance]) -> Markup {
    let rows = municipalities
        .iter()
        .map(|row| {
            vec![
                name(row),
                html! { (row.teachers) },
                html! { (row.experts) },
                number(row.submitted, row, &[]),
                number(row.under_review, row, &[("state", "under_review")]),
                number(row.overdue, row, &[("term", "overdue")]),
                number(row.registered, row, &[("state", "registered")]),
                marks(row),
            ]
        })
        .collect();
    ui::table(Table {
        caption: HEADING,
        caption_hidden: true,
        columns: &[
            Column::text("Муниципалитет"),
            Column::number("Педагогов"),
            Column::number("Специалистов"),
            Column::number("Подано"),
            Column::number("На рассмотрении"),
            Column::number("Просрочено"),
            Column::number("Зарегистрировано"),
            Column::text("Состояние"),
        ],
        rows,
        empty: "Муниципалитетов пока нет.",
    })
}

/// What waits in each: for the console's first page.
pub fn at_a_glance(municipalities: &[Glance]) -> Markup {
    let rows = municipalities
        .iter()
        .map(|row| {
            vec![
                name(row),
                html! { (row.under_review) },
                html! { (row.overdue) },
                html! { (row.without_period) },
                html! { (row.without_experts) },
                html! { (row.conclusions) },
                marks(row),
            ]
        })
        .collect();
    ui::table(Table {
        caption: HEADING,
        columns: &[
            Column::text("Муниципалитет"),
            Column::number("На рассмотрении"),
            Column::number("Просрочено"),
            Column::number("Без периода"),
            Column::number("Без экспертов"),
            Column::number("Заключения к 15 числу"),
            Column::text("Состояние"),
        ],
        rows,
        empty: "Муниципалитетов пока нет.",
        ..Table::default()
    })
}

fn name(row: &Glance) -> Markup {
    html! { a class="govuk-link" href=(list(row, &[])) { (row.name) } }
}

/// A number that leads to what it counts; nothing leads nowhere.
fn number(n: i64, row: &Glance, narrowed: &[(&str, &str)]) -> Markup {
    html! {
        @if n == 0 { "0" } @else { a class="govuk-link" href=(list(row, narrowed)) { (n) } }
    }
}

/// The list of applications of one municipality.
fn list(row: &Glance, narrowed: &[(&str, &str)]) -> String {
    let id = row.public_id.to_string();
    let mut pairs = vec![("municipality", id.as_str())];
    pairs.extend_from_slice(narrowed);
    address("/operator/applications", &pairs)
}

fn marks(row: &Glance) -> Markup {
    html! {
        @if row.suspended { (ui::tag(Tone::Red, "приостановлен")) " " }
        @if row.without_coordinator { (ui::tag(Tone::Red, "без координатора")) }
    }
}

//! `/operator/municipalities` «Муниципалитеты»: each at a glance (01 §1.8).

use app::dashboard::Glance;
use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};
use ui::{Column, Table, Tone};

use crate::{Result, Web, page::Page, visit::Operator};

const HEADING: &str = "Муниципалитеты";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/operator/municipalities", get(show))
}

async fn show(at: Operator, State(web): State<Web>) -> Result<Markup> {
    let rows = web.app.municipalities_at_a_glance(&at.actor).await?;
    Ok(Page::new(&at, HEADING).render(html! {
        p { a class="govuk-link" href="/operator/transfers" { "Переводы" } }
        (table(&rows, true))
    }))
}

/// The municipalities with their numbers; `caption_hidden` where the heading already names
/// them.
pub fn table(municipalities: &[Glance], caption_hidden: bool) -> Markup {
    let rows = municipalities
        .iter()
        .map(|row| {
            vec![
                html! { (row.name) },
                html! { (row.under_review) },
                html! { (row.overdue) },
                html! { (row.without_period) },
                html! { (row.without_experts) },
                html! { (row.conclusions) },
                html! { @if row.without_coordinator { (ui::tag(Tone::Red, "без координатора")) } },
            ]
        })
        .collect();
    ui::table(Table {
        caption: HEADING,
        caption_hidden,
        columns: &[
            Column::text("Муниципалитет"),
            Column::number("На рассмотрении"),
            Column::number("Просрочено"),
            Column::number("Без периода"),
            Column::number("Без экспертов"),
            Column::number("Заключения к 15 числу"),
            Column::text("Координатор"),
        ],
        rows,
        empty: "Муниципалитетов пока нет.",
    })
}

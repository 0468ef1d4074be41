//! `/operator/municipalities` «Муниципалитеты»: each with its numbers, which lead to the lists
//! they count (01 §1.8).

use app::{dashboard::Glance, listing::Listing};
use axum::{Router, extract::State, routing::get};
use domain::life::Place;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Table, Tone};

use crate::{
    Result, Web,
    asked::{Asked, address},
    lists,
    page::Page,
    visit::Operator,
};

const HEADING: &str = "Муниципалитеты";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/operator/municipalities", get(show))
}

/// What the address asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asking {
    after: String,
}

async fn show(
    at: Operator,
    State(web): State<Web>,
    Asked(asking): Asked<Asking>,
) -> Result<Markup> {
    let after = lists::after(&asking.after);
    let page = web.app.municipalities_at_a_glance(&at.actor, after).await?;
    Ok(Page::new(&at, HEADING).render(html! {
        p {
            a class="govuk-link" href="/operator/transfers" { "Переводы" } " · "
            a class="govuk-link" href="/operator/reference" { "Справочники" }
        }
        (everything(&page.rows))
        (lists::next_page("/operator/municipalities?", "after", page.next))
    }))
}

/// People and applications of each.
fn everything(municipalities: &[Glance]) -> Markup {
    let rows = municipalities
        .iter()
        .map(|row| {
            vec![
                name(row),
                html! { (lists::count(row.teachers)) },
                html! { (lists::count(row.experts)) },
                number(row.submitted, row, &[]),
                number(row.under_review, row, &[("state", "under_review")]),
                number(row.overdue, row, &[("term", "overdue")]),
                number(row.registered, row, &[("state", "registered")]),
                number(row.without_period, row, &[("gap", "period")]),
                number(row.without_experts, row, &[("gap", "experts")]),
                conclusions(row),
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
            Column::number("Без периода"),
            Column::number("Без экспертов"),
            Column::number("Заключения к 15 числу"),
            Column::text("Состояние"),
        ],
        rows,
        empty: "Муниципалитетов пока нет.",
    })
}

/// What waits in each: for the console's first page.
pub fn at_a_glance(municipalities: &Listing<Glance>) -> Markup {
    let rows = municipalities
        .rows
        .iter()
        .map(|row| {
            vec![
                name(row),
                number(row.under_review, row, &[("state", "under_review")]),
                number(row.overdue, row, &[("term", "overdue")]),
                number(row.without_period, row, &[("gap", "period")]),
                number(row.without_experts, row, &[("gap", "experts")]),
                conclusions(row),
                marks(row),
            ]
        })
        .collect();
    let table = ui::table(Table {
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
    });
    html! {
        (table)
        @if municipalities.next.is_some() {
            p { a class="govuk-link" href="/operator/municipalities" { "Все муниципалитеты" } }
        }
    }
}

fn name(row: &Glance) -> Markup {
    html! { a class="govuk-link" href=(list(row, &[])) { (row.name) } }
}

/// A number of applications that leads to what it counts.
fn number(n: i64, row: &Glance, narrowed: &[(&str, &str)]) -> Markup {
    leading(n, &list(row, narrowed))
}

/// The conclusions the coordinator has to pass on.
fn conclusions(row: &Glance) -> Markup {
    let narrowed = [("state", Place::AtMunicipal.code())];
    leading(
        row.conclusions,
        &of(row, "/operator/conclusions", &narrowed),
    )
}

/// Nothing leads nowhere.
fn leading(n: i64, href: &str) -> Markup {
    html! {
        @if n == 0 { "0" } @else { a class="govuk-link" href=(href) { (lists::count(n)) } }
    }
}

/// The list of applications of one municipality.
fn list(row: &Glance, narrowed: &[(&str, &str)]) -> String {
    of(row, "/operator/applications", narrowed)
}

/// A list narrowed to one municipality.
fn of(row: &Glance, path: &str, narrowed: &[(&str, &str)]) -> String {
    let id = row.public_id.to_string();
    let mut pairs = vec![("municipality", id.as_str())];
    pairs.extend_from_slice(narrowed);
    address(path, &pairs)
}

fn marks(row: &Glance) -> Markup {
    html! {
        @if row.suspended { (ui::tag(Tone::Red, "приостановлен")) " " }
        @if row.without_coordinator { (ui::tag(Tone::Red, "без координатора")) }
    }
}

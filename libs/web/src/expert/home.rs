//! `/expert` «Личный кабинет специалиста»: the teachers the expert is assigned to, with their
//! contacts (R-SCH-4).

use app::assigned::Assigned;
use axum::{Router, extract::State, routing::get};
use domain::{
    life::{PeriodMark, Place, Status},
    words::{place_name, status_name},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Pagination, Table, Tone};

use crate::{
    Web,
    asked::{Asked, address},
    error::Result,
    lists,
    page::Page,
    visit::Expert,
};

const PATH: &str = "/expert";

/// Its address.
pub fn router() -> Router<Web> {
    Router::new().route(PATH, get(show))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    q: String,
    after: String,
}

async fn show(at: Expert, State(web): State<Web>, Asked(wanted): Asked<Wanted>) -> Result<Markup> {
    let after = wanted.after.parse().unwrap_or_default();
    let page = web.app.assigned(&at.actor, &wanted.q, after).await?;
    let next = page
        .next
        .map(|id| address(PATH, &[("q", &wanted.q), ("after", &id.to_string())]));
    Ok(Page::new(&at, "Личный кабинет специалиста").render(html! {
        p class="govuk-body-l" { "Количество аттестуемых = " (page.count) }
        (ui::filters(PATH, lists::search(&wanted.q, lists::NAME_OR_NUMBER)))
        (table(&wanted.q, &page.rows))
        (ui::pagination(Pagination { next: next.as_deref(), ..Pagination::default() }))
    }))
}

fn table(typed: &str, rows: &[Assigned]) -> Markup {
    let columns = [
        "ФИО",
        "Должность",
        "Организация",
        "Телефон",
        "E-mail",
        "Период",
        "Состояние",
    ]
    .map(Column::text);
    let rows = rows
        .iter()
        .map(|row| {
            vec![
                html! {
                    a class="govuk-link" href={ "/expert/applications/" (row.application) } { (row.name) }
                },
                html! { (row.position) },
                html! { (row.organisation) },
                html! { (crate::case::phone(&row.phone)) },
                html! { (row.email) },
                html! { (row.period) },
                state(row),
            ]
        })
        .collect();
    ui::table(Table {
        caption: "Аттестуемые",
        caption_hidden: true,
        columns: &columns,
        rows,
        empty: lists::nothing(typed, "Вам пока никого не назначили"),
    })
}

/// Whose turn it is, as the expert sees it.
fn state(row: &Assigned) -> Markup {
    let (tone, words) = match (row.status, row.place, row.mark) {
        (Status::Registered, Place::None, PeriodMark::None) => (Tone::Grey, "период не определён"),
        (Status::Registered, Place::None, _) => (Tone::Yellow, "ждёт заключения"),
        (Status::Registered, Place::AtExpert, _) => (Tone::Yellow, place_name(Place::AtExpert)),
        (Status::Registered, Place::Accepted, _) => (Tone::Green, place_name(Place::Accepted)),
        (Status::Registered, place, _) => (Tone::Blue, place_name(place)),
        (status, _, _) => (Tone::Grey, status_name(status)),
    };
    ui::tag(tone, words)
}

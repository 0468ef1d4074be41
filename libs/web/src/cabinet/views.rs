//! `/profile/views`: «Кто смотрел мои документы», for the teacher they are about (R-AUD-1).

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Pagination, Table};

use crate::{Web, asked, error::Result, lists, page::Page, visit::Person};

/// The line the page goes on from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    before: String,
}

/// The page.
pub async fn get(
    at: Person,
    State(web): State<Web>,
    asked::Asked(filter): asked::Asked<Filter>,
) -> Result<Markup> {
    let views = web
        .app
        .views(&at.actor()?, filter.before.parse().ok())
        .await?;
    let zone = web.app.zone();
    let rows = views
        .rows
        .iter()
        .map(|view| {
            vec![
                html! { (view.document) },
                html! { (ui::ru::date_time(&zone.local(view.at))) },
                html! { (view.role.name()) },
                html! { (lists::or_dash(&view.organisation)) },
            ]
        })
        .collect();
    let next = views
        .next
        .map(|line| format!("/profile/views?before={line}"));
    Ok(Page::new(&at, "Кто смотрел мои документы")
        .back("/profile")
        .render(html! {
            (ui::table(Table {
                caption: "Кто открывал Ваши документы, новые записи сверху",
                columns: &["Документ", "Когда", "Роль", "Организация"].map(Column::text),
                rows,
                empty: "Ваши документы никто, кроме Вас, не открывал.",
                ..Table::default()
            }))
            (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
        }))
}

//! `/municipal/people` «Пользователи»: the people of the municipality (R-ACC-5).

use axum::{Router, extract::State, routing::get};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Pagination, Table};

use crate::{
    Result, Web,
    asked::{Asked, address},
    lists,
    page::Page,
    visit::Municipal,
};

const PATH: &str = "/municipal/people";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route(PATH, get(show))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    q: String,
    after: String,
}

async fn show(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    let list = web
        .app
        .people(&at.actor, &wanted.q, lists::after(&wanted.after))
        .await?;
    let rows = list
        .rows
        .iter()
        .map(|person| {
            vec![
                html! { (lists::or_dash(&person.login)) },
                html! { (lists::or_dash(&person.email)) },
                html! { (lists::or_dash(&person.full_name)) },
                html! { (person.role.name()) },
            ]
        })
        .collect();
    let next = list
        .next
        .map(|id| address(PATH, &[("q", &wanted.q), ("after", &id.to_string())]));
    Ok(Page::new(&at, "Пользователи").render(html! {
        (ui::filters(PATH, lists::search(&wanted.q, lists::NAME_OR_LOGIN)))
        (ui::table(Table {
            caption: "Пользователи муниципалитета",
            caption_hidden: true,
            columns: &["Логин", "E-mail", "ФИО", "Роль"].map(Column::text),
            rows,
            empty: lists::nothing(&wanted.q, "Пользователей пока нет."),
        }))
        (lists::partial(list.partial))
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
    }))
}

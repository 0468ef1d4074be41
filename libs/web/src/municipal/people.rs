//! `/municipal/people` «Пользователи»: the people of the municipality (R-ACC-5).

use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use domain::role::Role;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Table};

use crate::{Result, Web, lists, page::Page, visit::Municipal};

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/municipal/people", get(show))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: String,
}

async fn show(at: Municipal, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let list = web
        .app
        .people(&at.actor, "", lists::after(&asked.after))
        .await?;
    let rows = list
        .rows
        .iter()
        .map(|person| {
            vec![
                html! { (lists::or_dash(&person.login)) },
                html! { (lists::or_dash(&person.email)) },
                html! { (lists::or_dash(&person.full_name)) },
                html! {
                    (person.role.name())
                    @if person.role == Role::Teacher {
                        br;
                        a class="govuk-link" href={ "/municipal/transfers/new?person=" (person.public_id) } {
                            "Перевести" span class="govuk-visually-hidden" { " " (person.full_name) }
                        }
                    }
                },
            ]
        })
        .collect();
    Ok(Page::new(&at, "Пользователи").render(html! {
        p { a class="govuk-link" href="/municipal/transfers" { "Переводы" } }
        (ui::table(Table {
            caption: "Пользователи муниципалитета",
            caption_hidden: true,
            columns: &["Логин", "E-mail", "ФИО", "Роль"].map(Column::text),
            rows,
            empty: "Пользователей пока нет.",
        }))
        (lists::next_page("/municipal/people?", "after", list.next))
    }))
}

//! `/municipal/experts` «Специалисты»: the experts of the municipality and their load.

use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Table};

use crate::{Result, Web, lists, page::Page, visit::Municipal};

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/municipal/experts", get(show))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: String,
}

async fn show(at: Municipal, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let list = web
        .app
        .municipal_experts(&at.actor, lists::after(&asked.after))
        .await?;
    let rows = list
        .rows
        .iter()
        .map(|expert| {
            let phone = crate::case::phone(&expert.phone);
            vec![
                html! { (lists::or_dash(&expert.full_name)) },
                html! { (lists::or_dash(&expert.position)) },
                html! { (lists::or_dash(&expert.organisation)) },
                html! { (lists::or_dash(&phone)) },
                html! { (expert.load) },
            ]
        })
        .collect();
    Ok(Page::new(&at, "Специалисты").render(html! {
        p { "Специалистов приглашают на странице " a href="/municipal/invitations" { "Приглашение" } "." }
        (ui::table(Table {
            caption: "Специалисты муниципалитета",
            caption_hidden: true,
            columns: &[
                Column::text("ФИО"),
                Column::text("Должность"),
                Column::text("Организация"),
                Column::text("Телефон"),
                Column::number("Нагрузка"),
            ],
            rows,
            empty: "Специалистов пока нет.",
        }))
        (lists::next_page("/municipal/experts?", "after", list.next))
    }))
}

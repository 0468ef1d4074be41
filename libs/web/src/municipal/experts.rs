//! `/municipal/experts` «Специалисты»: the experts of the municipality and their load.

use app::people::{Expert, MunicipalExperts};
use axum::{
    Router,
    extract::{Query, State},
    response::Redirect,
    routing::{get, post},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Table, Tone};

use crate::{
    Result, Web,
    form::{Posted, Seen},
    id::Id,
    lists, memberships,
    page::Page,
    visit::Municipal,
};

const PATH: &str = "/municipal/experts";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/municipal/experts/{id}/end", post(end))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: String,
}

async fn show(at: Municipal, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let experts = web
        .app
        .municipal_experts(&at.actor, lists::after(&asked.after))
        .await?;
    let list = &experts.list;
    let ids: Vec<_> = list.rows.iter().map(|expert| expert.public_id).collect();
    let endable = web.app.endable(&at.actor, &ids).await?;
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
                load(expert, &experts),
                memberships::button(
                    PATH,
                    &at.csrf,
                    expert.public_id,
                    endable.get(&expert.public_id).copied(),
                ),
            ]
        })
        .collect();
    Ok(Page::new(&at, "Специалисты").render(html! {
        p { "Специалистов приглашают на странице " a href="/municipal/invitations" { "Приглашение" } ". "
            "Места отключённого специалиста становятся свободными, и их видят операторы." }
        (ui::table(Table {
            caption: "Специалисты муниципалитета",
            caption_hidden: true,
            columns: &[
                Column::text("ФИО"),
                Column::text("Должность"),
                Column::text("Организация"),
                Column::text("Телефон"),
                Column::number("Нагрузка"),
                Column::text("Действия"),
            ],
            rows,
            empty: "Специалистов пока нет.",
        }))
        (lists::next_page("/municipal/experts?", "after", list.next))
    }))
}

/// All teachers of an expert, and how many of them in which period against the limit.
fn load(expert: &Expert, experts: &MunicipalExperts) -> Markup {
    let limit = experts.limit;
    html! {
        (expert.load)
        @for of in experts.loads.iter().filter(|of| of.expert == expert.public_id) {
            br;
            @if of.period.is_empty() { "без периода: " (of.load) }
            @else {
                (of.period) ": " (of.load) " из " (limit)
                @if of.load > i64::from(limit) { " " (ui::tag(Tone::Red, "больше предела")) }
            }
        }
    }
}

async fn end(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app.end_membership(&at.actor, id, version).await?;
    at.notify("Специалист отключён, его места в графике свободны")
        .await?;
    Ok(Redirect::to(PATH))
}

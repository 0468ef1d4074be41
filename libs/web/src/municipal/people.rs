//! `/municipal/people` «Пользователи»: the people of the municipality (R-ACC-5).

use axum::{
    Router,
    extract::State,
    response::{Redirect, Response},
    routing::{get, post},
};
use domain::role::Role;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Pagination, Table};

use crate::{
    Result, Web, access,
    asked::{Asked, address},
    form::{Posted, Seen},
    id::Id,
    lists, memberships,
    page::Page,
    visit::Municipal,
};

const PATH: &str = "/municipal/people";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/municipal/people/{id}/end", post(end))
        .route("/municipal/people/{id}/reset", post(reset))
        .route(
            "/municipal/people/{id}/email",
            get(correcting).post(correct),
        )
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
    let ids: Vec<_> = list.rows.iter().map(|person| person.public_id).collect();
    let endable = web.app.endable(&at.actor, &ids).await?;
    let helpable = web.app.helpable(&at.actor, &ids).await?;
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
                html! {
                    @if helpable.contains(&person.public_id) {
                        (access::actions(PATH, &at.csrf, person.public_id))
                    } @else {
                        p { "Обратитесь к оператору" }
                    }
                    (memberships::button(
                        PATH,
                        &at.csrf,
                        person.public_id,
                        endable.get(&person.public_id).copied(),
                    ))
                },
            ]
        })
        .collect();
    let next = list
        .next
        .map(|id| address(PATH, &[("q", &wanted.q), ("after", &id.to_string())]));
    Ok(Page::new(&at, "Пользователи").render(html! {
        p { a class="govuk-link" href="/municipal/transfers" { "Переводы" } }
        (ui::filters(PATH, lists::search(&wanted.q, lists::NAME_OR_LOGIN)))
        (ui::table(Table {
            caption: "Пользователи муниципалитета",
            caption_hidden: true,
            columns: &["Логин", "E-mail", "ФИО", "Роль", "Действия"].map(Column::text),
            rows,
            empty: lists::nothing(&wanted.q, "Пользователей пока нет."),
        }))
        (lists::partial(list.partial))
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
    }))
}

async fn end(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app.end_membership(&at.actor, id, version).await?;
    at.notify(memberships::ENDED).await?;
    Ok(Redirect::to(PATH))
}

fn desk<'a>(at: &'a Municipal, web: &'a Web) -> access::Desk<'a> {
    access::Desk {
        visit: at,
        actor: &at.actor,
        web,
        base: PATH,
    }
}

async fn reset(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    posted.take()?;
    desk(&at, &web).reset(id).await
}

async fn correcting(at: Municipal, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).show(id).await
}

async fn correct(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<access::Raw>,
) -> Result<Response> {
    desk(&at, &web).correct(id, posted).await
}

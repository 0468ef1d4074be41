//! `/admin/operators` «Операторы»: the institute's people; «Отключить» ends a place.

use axum::{
    Router,
    extract::State,
    response::Redirect,
    routing::{get, post},
};
use maud::{Markup, html};
use ui::{Column, Table};

use crate::{
    Result, Web,
    form::{Posted, Seen},
    id::Id,
    lists, memberships,
    page::Page,
    visit::Admin,
};

const PATH: &str = "/admin/operators";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show))
        .route("/admin/operators/{id}/end", post(end))
}

async fn show(at: Admin, State(web): State<Web>) -> Result<Markup> {
    let members = web.app.institute_members(&at.actor).await?;
    let rows = members
        .iter()
        .map(|member| {
            let own = app::memberships::is_own(&at.actor, member.account);
            let version = (!own).then_some(member.version);
            vec![
                html! { (lists::or_dash(&member.login)) },
                html! { (lists::or_dash(&member.email)) },
                html! { (lists::or_dash(&member.full_name)) },
                html! { (member.role.name()) },
                memberships::button(PATH, &at.csrf, member.public_id, version),
            ]
        })
        .collect();
    Ok(Page::new(&at, "Операторы").render(html! {
        p { "Операторов и администраторов добавляют командами " code { "ctl operator add" } " и "
            code { "ctl admin add" } " на сервере." }
        (ui::table(Table {
            caption: "Операторы и администраторы",
            caption_hidden: true,
            columns: &["Логин", "E-mail", "ФИО", "Роль", "Действия"].map(Column::text),
            rows,
            empty: "Никого нет.",
        }))
    }))
}

async fn end(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app.end_institute_member(&at.actor, id, version).await?;
    at.notify(memberships::ENDED).await?;
    Ok(Redirect::to(PATH))
}

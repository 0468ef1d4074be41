//! `/admin/operators` «Операторы»: the institute's people; «Отключить» ends a place.

use axum::{
    Router,
    extract::State,
    response::{Redirect, Response},
    routing::{get, post},
};
use maud::{Markup, html};
use ui::{Column, Table};

use crate::{
    Result, Web, access,
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
        .route("/admin/operators/{id}/reset", post(reset))
        .route("/admin/operators/{id}/factor", post(reset_factor))
        .route("/admin/operators/{id}/email", get(correcting).post(correct))
}

async fn show(at: Admin, State(web): State<Web>) -> Result<Markup> {
    let members = web.app.institute_members(&at.actor).await?;
    let helpable = web.app.helpable(&at.actor, &[]).await?;
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
                html! {
                    @if helpable.contains(&member.public_id) {
                        (access::actions(PATH, &at.csrf, member.public_id))
                        (access::factor_action(PATH, &at.csrf, member.public_id))
                    }
                    (memberships::button(PATH, &at.csrf, member.public_id, version))
                },
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

fn desk<'a>(at: &'a Admin, web: &'a Web) -> access::Desk<'a> {
    access::Desk {
        visit: at,
        actor: &at.actor,
        web,
        base: PATH,
    }
}

async fn reset(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    posted.take()?;
    desk(&at, &web).reset(id).await
}

async fn reset_factor(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    posted.take()?;
    desk(&at, &web).reset_factor(id).await
}

async fn correcting(at: Admin, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).show(id).await
}

async fn correct(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<access::Raw>,
) -> Result<Response> {
    desk(&at, &web).correct(id, posted).await
}

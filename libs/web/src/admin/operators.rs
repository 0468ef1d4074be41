//! `/admin/operators` «Операторы»: the institute's people, whom an administrator invites (R-ACC-3);
//! «Отключить» ends a place.

use std::collections::HashSet;

use app::{FieldFault, invitations::institute::Invitation, memberships::Member};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::role::Role;
use maud::{Markup, html};
use ui::{Column, Form, Table};
use uuid::Uuid;

use crate::{
    Result, Web, access,
    form::{Posted, Seen, stale_form},
    id::Id,
    invitations::{self, Places, Raw},
    lists, memberships,
    page::Page,
    visit::Admin,
};

const PATH: &str = "/admin/operators";
const INVITATIONS: &str = "/admin/operators/invitations";
const HEADING: &str = "Операторы";

/// The page of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show).post(invite))
        .route("/admin/operators/invitations/{id}/resend", post(resend))
        .route("/admin/operators/invitations/{id}/revoke", post(revoke))
        .route("/admin/operators/{id}/end", post(end))
        .route("/admin/operators/{id}/reset", post(reset))
        .route("/admin/operators/{id}/factor", post(reset_factor))
        .route("/admin/operators/{id}/email", get(correcting).post(correct))
}

/// Everything the page shows besides what was typed.
struct Shown {
    members: Vec<Member>,
    helpable: HashSet<Uuid>,
    invitations: Vec<Invitation>,
}

async fn load(at: &Admin, web: &Web) -> Result<Shown> {
    Ok(Shown {
        members: web.app.institute_members(&at.actor).await?,
        helpable: web.app.helpable(&at.actor, &[]).await?,
        invitations: web.app.institute_invitations(&at.actor).await?,
    })
}

async fn show(at: Admin, State(web): State<Web>) -> Result<Markup> {
    let shown = load(&at, &web).await?;
    Ok(Page::new(&at, HEADING).render(body(&at, &shown, &Raw::default(), &[])))
}

async fn invite(at: Admin, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let shown = load(&at, &web).await?;
            let faults = stale_form();
            let page = Page::new(&at, HEADING).faults(&faults);
            return Ok(lists::again(page.render(body(&at, &shown, &raw, &faults))));
        }
    };
    match web
        .app
        .invite_into_institute(&at.actor, &raw.invite())
        .await
    {
        Ok(invited) => {
            at.notify(&invitations::notice(invited)).await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let shown = load(&at, &web).await?;
            let page = Page::new(&at, HEADING).faults(&faults);
            Ok(page.refuse(body(&at, &shown, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn resend(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app
        .resend_into_institute(&at.actor, id, version)
        .await?;
    at.notify(invitations::RESENT).await?;
    Ok(Redirect::to(PATH))
}

async fn revoke(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app
        .revoke_into_institute(&at.actor, id, version)
        .await?;
    at.notify(invitations::REVOKED).await?;
    Ok(Redirect::to(PATH))
}

fn body(at: &Admin, shown: &Shown, raw: &Raw, faults: &[FieldFault]) -> Markup {
    html! {
        h2 { "Пригласить" }
        (ui::form(Form { action: PATH, csrf: &at.csrf, ..Form::default() }, html! {
            (invitations::email_field(raw, faults))
            (invitations::role_field(raw, faults, &[Role::Operator, Role::Admin]))
            (ui::button("Пригласить"))
        }))
        (invitations::table(INVITATIONS, &at.csrf, &shown.invitations, Places::None))
        h2 { "Операторы и администраторы" }
        (members(at, shown))
    }
}

fn members(at: &Admin, shown: &Shown) -> Markup {
    let rows = shown
        .members
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
                    @if shown.helpable.contains(&member.public_id) {
                        (access::actions(PATH, &at.csrf, member.public_id))
                        (access::factor_action(PATH, &at.csrf, member.public_id))
                    }
                    (memberships::button(PATH, &at.csrf, member.public_id, version))
                },
            ]
        })
        .collect();
    ui::table(Table {
        caption: "Операторы и администраторы",
        caption_hidden: true,
        columns: &["Логин", "E-mail", "ФИО", "Роль", "Действия"].map(Column::text),
        rows,
        empty: "Никого нет.",
    })
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

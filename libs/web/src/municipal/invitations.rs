//! `/municipal/invitations` «Приглашение»: the coordinator invites specialists and school
//! coordinators of its municipality (R-ACC-3).

use app::{FieldFault, invitations::Invitations};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::role::Role;
use maud::{Markup, html};
use serde::Deserialize;
use ui::Form;

use crate::{
    Result, Web,
    asked::Asked,
    form::{Posted, Seen, stale_form},
    id::Id,
    invitations::{
        Places, RESENT, REVOKED, Raw, email_field, list, notice, organisation_field, role_field,
        table,
    },
    lists,
    page::Page,
    upload::Upload,
    visit::Municipal,
};

const PATH: &str = "/municipal/invitations";
const LIST: &str = "/municipal/invitations/list";
const HEADING: &str = "Приглашение";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show).post(invite))
        .route(LIST, get(show_list).post(invite_list))
        .route("/municipal/invitations/{id}/resend", post(resend))
        .route("/municipal/invitations/{id}/revoke", post(revoke))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    after: String,
}

async fn show(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    let seen = web
        .app
        .invitations(&at.actor, "", lists::after(&wanted.after))
        .await?;
    Ok(Page::new(&at, HEADING).render(body(&at, &seen, &Raw::default(), &[])))
}

async fn invite(at: Municipal, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let seen = web.app.invitations(&at.actor, "", None).await?;
            let faults = stale_form();
            let page = Page::new(&at, HEADING).faults(&faults);
            return Ok(lists::again(page.render(body(&at, &seen, &raw, &faults))));
        }
    };
    match web.app.invite(&at.actor, &raw.invite()).await {
        Ok(invited) => {
            at.notify(&notice(invited)).await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let seen = web.app.invitations(&at.actor, "", None).await?;
            let page = Page::new(&at, HEADING).faults(&faults);
            Ok(page.refuse(body(&at, &seen, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

fn inviting<'a>(at: &'a Municipal, web: &'a Web) -> list::Desk<'a> {
    list::Desk {
        visit: at,
        actor: &at.actor,
        web,
        path: LIST,
        back: PATH,
    }
}

async fn show_list(
    at: Municipal,
    State(web): State<Web>,
    Asked(wanted): Asked<list::Wanted>,
) -> Result<Response> {
    inviting(&at, &web).show(&wanted).await
}

async fn invite_list(at: Municipal, State(web): State<Web>, form: Upload) -> Result<Response> {
    inviting(&at, &web).invite(form).await
}

async fn resend(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app.resend_invitation(&at.actor, id, version).await?;
    at.notify(RESENT).await?;
    Ok(Redirect::to(PATH))
}

async fn revoke(
    at: Municipal,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app.revoke_invitation(&at.actor, id, version).await?;
    at.notify(REVOKED).await?;
    Ok(Redirect::to(PATH))
}

fn body(at: &Municipal, seen: &Invitations, raw: &Raw, faults: &[FieldFault]) -> Markup {
    html! {
        (ui::form(Form { action: PATH, csrf: &at.csrf, ..Form::default() }, html! {
            (email_field(raw, faults))
            (role_field(raw, faults, &[Role::Expert, Role::School]))
            (organisation_field(raw, faults, &seen.organisations))
            (ui::button("Пригласить"))
        }))
        p { a class="govuk-link" href=(LIST) { (list::HEADING) } }
        (table(PATH, &at.csrf, &seen.list.rows, Places::Organisations))
        (lists::next_page("/municipal/invitations?", "after", seen.list.next))
    }
}

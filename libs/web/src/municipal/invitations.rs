//! `/municipal/invitations` «Приглашение»: the coordinator invites specialists and school
//! coordinators of its municipality (R-ACC-3).

use app::{FieldFault, invitations::Invitations};
use axum::{
    Router,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::role::Role;
use maud::{Markup, html};
use serde::Deserialize;
use ui::Form;

use crate::{
    Result, Web,
    form::{Posted, Seen, stale_form},
    id::Id,
    invitations::{
        Places, RESENT, REVOKED, Raw, email_field, notice, organisation_field, role_field, table,
    },
    lists,
    page::Page,
    visit::Municipal,
};

const PATH: &str = "/municipal/invitations";
const HEADING: &str = "Приглашение";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show).post(invite))
        .route("/municipal/invitations/{id}/resend", post(resend))
        .route("/municipal/invitations/{id}/revoke", post(revoke))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: String,
}

async fn show(at: Municipal, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let seen = web
        .app
        .invitations(&at.actor, "", lists::after(&asked.after))
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
        (table(PATH, &at.csrf, &seen.list.rows, Places::Organisations))
        (lists::next_page("/municipal/invitations?", "after", seen.list.next))
    }
}

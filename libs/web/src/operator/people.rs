//! `/operator/people` «Пользователи»: invitations into any municipality, and everybody who has
//! a cabinet in one (R-ACC-3, R-ACC-4).

use std::collections::{HashMap, HashSet};

use app::{FieldFault, Listing, invitations::Invitations, people::Person};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::role::Role;
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Column, Field, Form, NamedButton, Pagination, Table};
use uuid::Uuid;

use crate::{
    Result, Web, access,
    asked::{Asked, address},
    form::{Posted, Seen, stale_form},
    id::Id,
    invitations::{self, Raw, email_field, list, notice, organisation_field, role_field},
    lists, memberships,
    page::{Page, fault_of},
    upload::Upload,
    visit::Operator,
};

const PATH: &str = "/operator/people";
const INVITATIONS: &str = "/operator/people/invitations";
const LIST: &str = "/operator/people/invitations/list";
const HEADING: &str = "Пользователи";

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route(PATH, get(show).post(invite))
        .route("/operator/people/{id}/end", post(end))
        .route("/operator/people/{id}/reset", post(reset))
        .route("/operator/people/{id}/factor", post(reset_factor))
        .route("/operator/people/{id}/email", get(correcting).post(correct))
        .route(LIST, get(show_list).post(invite_list))
        .route("/operator/people/invitations/{id}/resend", post(resend))
        .route("/operator/people/invitations/{id}/revoke", post(revoke))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    q: String,
    after: String,
    invited_after: String,
}

/// Everything the page shows besides what was typed.
struct Shown {
    invitations: Invitations,
    people: Listing<Person>,
    endable: HashMap<Uuid, i32>,
    helpable: HashSet<Uuid>,
    q: String,
}

async fn load(at: &Operator, web: &Web, municipality: &str, wanted: Wanted) -> Result<Shown> {
    let invited_after = lists::after(&wanted.invited_after);
    let after = lists::after(&wanted.after);
    let people = web.app.people(&at.actor, &wanted.q, after).await?;
    let ids: Vec<_> = people.rows.iter().map(|person| person.public_id).collect();
    Ok(Shown {
        invitations: web
            .app
            .invitations(&at.actor, municipality, invited_after)
            .await?,
        endable: web.app.endable(&at.actor, &ids).await?,
        helpable: web.app.helpable(&at.actor, &ids).await?,
        people,
        q: wanted.q,
    })
}

async fn show(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup> {
    let shown = load(&at, &web, "", wanted).await?;
    Ok(Page::new(&at, HEADING).render(body(&at, &shown, &Raw::default(), &[])))
}

async fn invite(at: Operator, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let shown = load(&at, &web, &raw.municipality, Wanted::default()).await?;
            let faults = stale_form();
            let page = Page::new(&at, HEADING).faults(&faults);
            return Ok(lists::again(page.render(body(&at, &shown, &raw, &faults))));
        }
    };
    // «Показать организации»: the same form again, with those of the municipality chosen.
    if !raw.show.is_empty() {
        let shown = load(&at, &web, &raw.municipality, Wanted::default()).await?;
        let page = Page::new(&at, HEADING).render(body(&at, &shown, &raw, &[]));
        return Ok(page.into_response());
    }
    match web.app.invite(&at.actor, &raw.invite()).await {
        Ok(invited) => {
            at.notify(&notice(invited)).await?;
            Ok(Redirect::to(PATH).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let shown = load(&at, &web, &raw.municipality, Wanted::default()).await?;
            let page = Page::new(&at, HEADING).faults(&faults);
            Ok(page.refuse(body(&at, &shown, &raw, &faults)))
        }
        Err(error) => Err(error.into()),
    }
}

fn inviting<'a>(at: &'a Operator, web: &'a Web) -> list::Desk<'a> {
    list::Desk {
        visit: at,
        actor: &at.actor,
        web,
        path: LIST,
        back: PATH,
    }
}

async fn show_list(
    at: Operator,
    State(web): State<Web>,
    Asked(wanted): Asked<list::Wanted>,
) -> Result<Response> {
    inviting(&at, &web).show(&wanted).await
}

async fn invite_list(at: Operator, State(web): State<Web>, form: Upload) -> Result<Response> {
    inviting(&at, &web).invite(form).await
}

async fn resend(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app.resend_invitation(&at.actor, id, version).await?;
    at.notify(invitations::RESENT).await?;
    Ok(Redirect::to(PATH))
}

async fn revoke(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app.revoke_invitation(&at.actor, id, version).await?;
    at.notify(invitations::REVOKED).await?;
    Ok(Redirect::to(PATH))
}

async fn end(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    web.app.end_membership(&at.actor, id, version).await?;
    at.notify(memberships::ENDED).await?;
    Ok(Redirect::to(PATH))
}

fn body(at: &Operator, shown: &Shown, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let next = shown
        .people
        .next
        .map(|id| address(PATH, &[("q", &shown.q), ("after", &id.to_string())]));
    html! {
        h2 { "Пригласить" }
        (invite_form(at, &shown.invitations, raw, faults))
        p { a class="govuk-link" href=(LIST) { (list::HEADING) } }
        (invitations::table(INVITATIONS, &at.csrf, &shown.invitations.list.rows, invitations::Places::Municipalities))
        (lists::next_page("/operator/people?", "invited_after", shown.invitations.list.next))
        h2 { "Пользователи муниципалитетов" }
        (ui::filters(PATH, lists::search(&shown.q, lists::NAME_OR_LOGIN)))
        (people(at, shown))
        (lists::partial(shown.people.partial))
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
    }
}

fn invite_form(at: &Operator, seen: &Invitations, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let municipalities: Vec<(Uuid, &str)> = seen
        .municipalities
        .iter()
        .map(|row| (row.public_id, row.name.as_str()))
        .collect();
    ui::form(
        Form {
            action: PATH,
            csrf: &at.csrf,
            ..Form::default()
        },
        html! {
            (email_field(raw, faults))
            (role_field(raw, faults, &[Role::Municipal, Role::Expert, Role::School]))
            (lists::choice_by_id(Field {
                name: "municipality",
                label: "Муниципалитет",
                value: &raw.municipality,
                error: fault_of(faults, "municipality"),
                ..Field::default()
            }, Some("Выберите муниципалитет"), &municipalities))
            (organisation_field(raw, faults, &seen.organisations))
            (ui::button_group(html! {
                // Enter in a field presses the first button of a form.
                (ui::button("Пригласить"))
                (ui::named_button(NamedButton {
                    label: "Показать организации",
                    style: ui::ButtonStyle::Secondary,
                    name: Some("show"),
                    value: Some("organisations"),
                    ..NamedButton::default()
                }))
            }))
        },
    )
}

fn people(at: &Operator, shown: &Shown) -> Markup {
    let rows = shown
        .people
        .rows
        .iter()
        .map(|person| {
            vec![
                html! { (lists::or_dash(&person.login)) },
                html! { (lists::or_dash(&person.email)) },
                html! { (lists::or_dash(&person.full_name)) },
                html! { (person.role.name()) },
                html! { (person.municipality) },
                html! {
                    @if shown.helpable.contains(&person.public_id) {
                        (access::actions(PATH, &at.csrf, person.public_id))
                        (access::factor_action(PATH, &at.csrf, person.public_id))
                    }
                    (memberships::button(
                        PATH,
                        &at.csrf,
                        person.public_id,
                        shown.endable.get(&person.public_id).copied(),
                    ))
                },
            ]
        })
        .collect();
    ui::table(Table {
        caption: "Пользователи муниципалитетов",
        caption_hidden: true,
        columns: &[
            "Логин",
            "E-mail",
            "ФИО",
            "Роль",
            "Муниципалитет",
            "Действия",
        ]
        .map(Column::text),
        rows,
        empty: lists::nothing(&shown.q, "Пользователей пока нет."),
    })
}

fn desk<'a>(at: &'a Operator, web: &'a Web) -> access::Desk<'a> {
    access::Desk {
        visit: at,
        actor: &at.actor,
        web,
        base: PATH,
    }
}

async fn reset(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    posted.take()?;
    desk(&at, &web).reset(id).await
}

async fn reset_factor(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    posted.take()?;
    desk(&at, &web).reset_factor(id).await
}

async fn correcting(at: Operator, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    desk(&at, &web).show(id).await
}

async fn correct(
    at: Operator,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<access::Raw>,
) -> Result<Response> {
    desk(&at, &web).correct(id, posted).await
}

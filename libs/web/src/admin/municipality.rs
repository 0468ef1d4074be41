//! `/admin/municipalities/{id}`: one municipality — its name and addresses, its coordinators'
//! invitations, closing and opening its cabinets.

use app::{
    FieldFault,
    invitations::Invite,
    municipalities::{By, Entry, Typed, View, Which},
};
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{municipality::Status, role::Role};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{ActionButton, Fact, Field, Flavour, Form};
use uuid::Uuid;

use super::municipalities::{PATH, fields, name, state};
use crate::{
    Result, Web,
    error::Error,
    form::{Posted, Seen, stale_form, version},
    id::Id,
    invitations, lists,
    page::{Page, fault_of},
    printouts, sheet,
    visit::Admin,
};

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/admin/municipalities/{id}", get(show).post(change))
        .route("/admin/municipalities/{id}/invitations", post(invite))
        .route(
            "/admin/municipalities/{id}/invitations/{invitation}/resend",
            post(resend),
        )
        .route(
            "/admin/municipalities/{id}/invitations/{invitation}/revoke",
            post(revoke),
        )
        .route("/admin/municipalities/{id}/suspend", get(ask).post(suspend))
        .route("/admin/municipalities/{id}/resume", post(resume))
        .route("/admin/municipalities/{id}/destruction", get(destruction))
}

/// What is typed to change it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    version: String,
    #[serde(flatten)]
    typed: Typed,
}

impl Raw {
    fn of(row: &Entry) -> Self {
        Self {
            version: row.version.to_string(),
            typed: Typed {
                name: row.name.clone(),
                slug: row.slug.clone(),
                kind: row.kind.clone(),
                contacts: row.contacts.clone(),
                email: String::new(),
            },
        }
    }
}

/// Whom to invite.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Inviting {
    email: String,
}

async fn show(at: Admin, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let view = web.app.municipality_view(&at.actor, id).await?;
    let raw = Raw::of(&view.municipality);
    Ok(page(&at, &view, &[]).render(body(&web, &at, &view, &raw, "", &[])))
}

async fn change(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Raw>,
) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let view = web.app.municipality_view(&at.actor, id).await?;
            let faults = stale_form();
            let body = body(&web, &at, &view, &raw, "", &faults);
            return Ok(lists::again(page(&at, &view, &faults).render(body)));
        }
    };
    let version = version(&raw.version);
    let by = By::Person(&at.actor);
    let changed = web.app.change_municipality(by, id, version, &raw.typed);
    match changed.await {
        Ok(()) => {
            at.notify("Муниципалитет сохранён").await?;
            Ok(to(id).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let view = web.app.municipality_view(&at.actor, id).await?;
            let body = body(&web, &at, &view, &raw, "", &faults);
            Ok(page(&at, &view, &faults).refuse(body))
        }
        Err(error) => Err(error.into()),
    }
}

async fn invite(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Inviting>,
) -> Result<Response> {
    let view = web.app.municipality_view(&at.actor, id).await?;
    let raw = Raw::of(&view.municipality);
    let typed = match posted.accept() {
        Ok(typed) => typed,
        Err(typed) => {
            let faults = stale_form();
            let body = body(&web, &at, &view, &raw, &typed.email, &faults);
            return Ok(lists::again(page(&at, &view, &faults).render(body)));
        }
    };
    let invite = Invite {
        emails: typed.email.clone(),
        role: Role::Municipal.code().to_owned(),
        municipality: id.to_string(),
        organisation: String::new(),
    };
    match web.app.invite(&at.actor, &invite).await {
        Ok(invited) => {
            at.notify(&invitations::notice(invited)).await?;
            Ok(to(id).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let body = body(&web, &at, &view, &raw, &typed.email, &faults);
            Ok(page(&at, &view, &faults).refuse(body))
        }
        Err(error) => Err(error.into()),
    }
}

/// The municipality and the invitation an address names.
struct Invited {
    municipality: Uuid,
    invitation: Uuid,
}

impl Invited {
    fn parse((municipality, invitation): (String, String)) -> Result<Self> {
        match (municipality.parse(), invitation.parse()) {
            (Ok(municipality), Ok(invitation)) => Ok(Self {
                municipality,
                invitation,
            }),
            _ => Err(Error::NotFound),
        }
    }
}

async fn resend(
    at: Admin,
    State(web): State<Web>,
    Path(ids): Path<(String, String)>,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let ids = Invited::parse(ids)?;
    let version = posted.take()?.version();
    web.app
        .resend_invitation(&at.actor, ids.invitation, version)
        .await?;
    at.notify(invitations::RESENT).await?;
    Ok(to(ids.municipality))
}

async fn revoke(
    at: Admin,
    State(web): State<Web>,
    Path(ids): Path<(String, String)>,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let ids = Invited::parse(ids)?;
    let version = posted.take()?.version();
    web.app
        .revoke_invitation(&at.actor, ids.invitation, version)
        .await?;
    at.notify(invitations::REVOKED).await?;
    Ok(to(ids.municipality))
}

/// «Вы уверены?»
async fn ask(at: Admin, State(web): State<Web>, Id(id): Id) -> Result<Markup> {
    let by = By::Person(&at.actor);
    let row = web.app.municipality_entry(by, Which::Id(id)).await?;
    let back = format!("{PATH}/{id}");
    let page = Page::new(&at, "Вы уверены?").back(&back);
    Ok(page.flavour(Flavour::Reading).render(html! {
        p class="govuk-body-l" { "Приостановить муниципалитет «" (name(&row)) "»?" }
        ul class="govuk-list govuk-list--bullet" {
            li { "Его кабинеты закроются сразу: педагогов, координаторов, специалистов. Другие кабинеты тех же людей останутся открыты." }
            li { "Зарегистрироваться в нём и принять приглашение в него будет нельзя." }
            li { "Заявления останутся у операторов, сроки рассмотрения идут." }
            li { "Возобновить работу можно в любой момент." }
        }
        (ui::form(
            Form { action: &format!("{back}/suspend"), csrf: &at.csrf, ..Form::default() },
            html! {
                (ui::hidden("version", &row.version.to_string()))
                (ui::warning_button("Да, приостановить"))
            },
        ))
    }))
}

async fn suspend(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    let by = By::Person(&at.actor);
    web.app.suspend_municipality(by, id, version).await?;
    at.notify("Муниципалитет приостановлен").await?;
    Ok(to(id))
}

async fn resume(
    at: Admin,
    State(web): State<Web>,
    Id(id): Id,
    posted: Posted<Seen>,
) -> Result<Redirect> {
    let version = posted.take()?.version();
    let by = By::Person(&at.actor);
    web.app.resume_municipality(by, id, version).await?;
    at.notify("Работа муниципалитета возобновлена").await?;
    Ok(to(id))
}

/// The act of what was destroyed, once the municipality is removed.
async fn destruction(at: Admin, State(web): State<Web>, Id(id): Id) -> Result<Response> {
    sheet::count(&web, at.actor.account).await?;
    let printout = web.app.print_destruction(&at.actor, id).await?;
    printouts::lead(&web, &at.actor, printout).await
}

fn to(id: Uuid) -> Redirect {
    Redirect::to(&format!("{PATH}/{id}"))
}

fn page<'a>(at: &'a Admin, view: &'a View, faults: &'a [FieldFault]) -> Page<'a> {
    let page = Page::new(at, name(&view.municipality));
    page.back(PATH).faults(faults)
}

fn body(
    web: &Web,
    at: &Admin,
    view: &View,
    raw: &Raw,
    email: &str,
    faults: &[FieldFault],
) -> Markup {
    let row = &view.municipality;
    if row.status == Status::Removed {
        return html! {
            p class="govuk-body-l" { "Муниципалитет удалён." }
            p {
                a class="govuk-link" href={ (PATH) "/" (row.public_id) "/destruction" }
                    { "Акт об уничтожении персональных данных (PDF)" }
            }
        };
    }
    let here = format!("{PATH}/{}", row.public_id);
    let base = &web.settings.base_url;
    html! {
        (ui::summary(&[
            Fact { value: state(row.status), ..Fact::text("Состояние", "") },
            Fact::text("Адрес для входа", &format!("{base}/m/{}/login", row.slug)),
            Fact::text("Координаторов", &row.coordinators.to_string()),
        ]))
        @if row.status == Status::Active {
            p { a class="govuk-link" href={ (here) "/suspend" } { "Приостановить" } }
        } @else {
            (ui::button_group(ui::action_button(ActionButton {
                action: &format!("{here}/resume"),
                csrf: &at.csrf,
                label: "Возобновить",
                values: &[("version", &row.version.to_string())],
                ..ActionButton::default()
            })))
        }
        p { a class="govuk-link" href={ (here) "/export" } { "Выгрузка" } " — всё, что есть у муниципалитета, одним файлом" }
        h2 { "Название и адрес" }
        (ui::form(Form { action: &here, csrf: &at.csrf, ..Form::default() }, html! {
            (ui::hidden("version", &raw.version))
            (fields(&raw.typed, faults, "Если изменить, прежние ссылки для входа сразу перестанут работать"))
            (ui::button("Сохранить"))
        }))
        h2 { "Координаторы" }
        @if row.status == Status::Active {
            (ui::form(
                Form { action: &format!("{here}/invitations"), csrf: &at.csrf, ..Form::default() },
                html! {
                    (ui::text(Field {
                        name: "email",
                        label: "E-mail координатора",
                        value: email,
                        error: fault_of(faults, "email"),
                        ..Field::default()
                    }))
                    (ui::secondary_button("Пригласить"))
                },
            ))
        }
        (invitations::table(&format!("{here}/invitations"), &at.csrf, &view.invitations, invitations::Places::Organisations))
    }
}

//! `/invitation/{token}`: who invites, as what, where; a new account or «Войти и принять
//! приглашение» (R-ACC-4).

use app::{FieldFault, accounts::invitation::Invited};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use ui::{ActionButton, Fact, Flavour};

use crate::{
    Web,
    door::Door,
    error::Result,
    form::Posted,
    limits::Address,
    page::Page,
    public::{
        login_address, logout,
        register::{self, Raw},
    },
    visit::{Guest, Person, Visit},
};

const HEADING: &str = "Приглашение";
/// What is said once an invitation is accepted, from its page or through sign-in.
pub(super) const ACCEPTED: &str = "Приглашение принято";
const UNKNOWN: &str = "Приглашение по этой ссылке не найдено. Возможно, Вам отправили новое и действует только последняя ссылка, или ссылка скопирована не полностью. Обратитесь к тому, кто Вас пригласил: к муниципальному координатору или в Центр аттестации.";

/// The page.
pub async fn get(
    visit: Guest,
    State(web): State<Web>,
    Path(token): Path<String>,
) -> Result<Response> {
    Ok(match web.app.invitation(&token).await {
        Ok(invited) => page(&visit, &token, &invited, &Raw::default(), &[]).into_response(),
        Err(error) => closed(&visit, error)?,
    })
}

/// Registers a new account and accepts.
pub async fn post(
    visit: Guest,
    State(web): State<Web>,
    Path(token): Path<String>,
    from: Address,
    posted: Posted<Raw>,
) -> Result<Response> {
    let invited = match web.app.invitation(&token).await {
        Ok(invited) => invited,
        Err(error) => return closed(&visit, error),
    };
    Ok(
        match register::register(&visit, &web, from, &Door::everybody(), posted, Some(&token))
            .await?
        {
            Ok(done) => done,
            Err(again) => (
                again.status,
                page(&visit, &token, &invited, &again.raw, &again.faults),
            )
                .into_response(),
        },
    )
}

/// Accepts as the person signed in.
pub async fn accept(
    at: Person,
    State(web): State<Web>,
    Path(token): Path<String>,
    posted: Posted<logout::Raw>,
) -> Result<Response> {
    posted.take()?;
    let person = crate::cabinet::acting(&at)?;
    Ok(match web.app.accept_invitation(person, &token).await {
        Ok(()) => {
            at.notify(ACCEPTED).await?;
            Redirect::to("/cabinet/choose").into_response()
        }
        Err(error) => closed(&at, error)?,
    })
}

/// An invitation that is no more says so, and whom to ask.
fn closed(visit: &Visit, error: app::Error) -> Result<Response> {
    let (status, words) = match error {
        app::Error::Illegal(words) => (StatusCode::GONE, words),
        app::Error::NotFound => (StatusCode::NOT_FOUND, UNKNOWN.to_owned()),
        error => return Err(error.into()),
    };
    let page = Page::new(visit, HEADING)
        .flavour(Flavour::Reading)
        .render(html! {
            p class="govuk-body-l" { (words) }
            p { a class="govuk-link" href="/login" { "Войти" } }
        });
    Ok((status, page).into_response())
}

fn page(visit: &Visit, token: &str, invited: &Invited, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let here = format!("/invitation/{token}");
    let mut facts = vec![
        Fact::text("Кто приглашает", &invited.inviter),
        Fact::text("Роль", invited.role.name()),
    ];
    if let Some(municipality) = &invited.municipality {
        facts.push(Fact::text("Муниципалитет", municipality));
    }
    if !invited.organisation.is_empty() {
        facts.push(Fact::text("Организация", &invited.organisation));
    }
    Page::new(visit, HEADING)
        .faults(faults)
        .flavour(Flavour::Reading)
        .render(html! {
            (ui::summary(&facts))
            @if let Some(signed) = &visit.signed {
                h2 { "Вы вошли как " (signed.login) }
                (ui::action_button(ActionButton {
                    action: &format!("{here}/accept"),
                    csrf: &visit.csrf,
                    label: "Принять приглашение",
                    ..ActionButton::default()
                }))
            }
            @if visit.signed.is_none() {
                h2 { "Учётная запись уже есть" }
                p { a class="govuk-link" href=(login_address(&here)) { "Войти и принять приглашение" } }
            }
            h2 { "Создайте новую учётную запись" }
            (register::form(visit, &here, raw, faults))
        })
}

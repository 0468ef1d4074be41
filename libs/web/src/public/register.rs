//! `/register`: a teacher registers alone (R-ACC-3). The form serves invitations, too.

use app::{FieldFault, accounts::NewAccount};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Field, Form, Width};

use crate::{
    Web,
    door::Door,
    error::Result,
    form::{Posted, stale_form},
    limits::{Address, Limit},
    page::{Page, fault_of},
    public::arrival::Arrival,
    visit::{Guest, Visit},
};

/// What is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    login: String,
    password: String,
    confirmation: String,
}

/// The form, to be shown again.
pub(super) struct Again {
    pub(super) status: StatusCode,
    pub(super) raw: Raw,
    pub(super) faults: Vec<FieldFault>,
}

/// The page.
pub async fn get(visit: Guest, door: Door) -> Response {
    match door.closed(&visit) {
        Some(closed) => closed,
        None => page(&visit, &door, &Raw::default(), &[]).into_response(),
    }
}

/// Registers, signs in, leads on.
pub async fn post(
    visit: Guest,
    State(web): State<Web>,
    door: Door,
    from: Address,
    posted: Posted<Raw>,
) -> Result<Response> {
    if let Some(closed) = door.closed(&visit) {
        return Ok(closed);
    }
    let registered = register(&visit, &web, from, &door, posted, None).await?;
    Ok(registered.unwrap_or_else(|again| {
        let page = page(&visit, &door, &again.raw, &again.faults);
        (again.status, page).into_response()
    }))
}

/// Registers and signs in, with an invitation's token if there is one.
pub(super) async fn register(
    visit: &Visit,
    web: &Web,
    from: Address,
    door: &Door,
    posted: Posted<Raw>,
    invitation: Option<&str>,
) -> Result<Result<Response, Again>> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            return Ok(Err(Again {
                status: StatusCode::FORBIDDEN,
                raw,
                faults: stale_form(),
            }));
        }
    };
    // Counted before it is known to succeed: a taken login is told, so tries are limited.
    Limit::register(web, from).take(web).await?;
    let typed = NewAccount {
        login: &raw.login,
        password: &raw.password,
        confirmation: &raw.confirmation,
    };
    match web.app.register_account(typed, invitation).await {
        Ok(entered) => {
            let arrival = Arrival {
                new: true,
                ..Arrival::new(entered, door)
            };
            Ok(Ok(arrival.enter(visit, web).await?))
        }
        Err(app::Error::Invalid(faults)) => Ok(Err(Again {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            raw,
            faults,
        })),
        Err(error) => Err(error.into()),
    }
}

fn page(visit: &Visit, door: &Door, raw: &Raw, faults: &[FieldFault]) -> Markup {
    door.frame(Page::new(visit, "Регистрация").faults(faults))
        .render(html! {
            p { "Регистрируются сами только педагогические работники. Координаторы и специалисты получают приглашение по электронной почте." }
            (form(visit, &door.address("/register"), raw, faults))
            p { "Уже есть учётная запись? " a class="govuk-link" href=(door.address("/login")) { "Войдите" } }
        })
}

/// The form of a new account, sent to `action`.
pub(super) fn form(visit: &Visit, action: &str, raw: &Raw, faults: &[FieldFault]) -> Markup {
    ui::form(
        Form {
            action,
            csrf: &visit.csrf,
            ..Form::default()
        },
        html! {
            (ui::text(Field {
                name: "login",
                label: "Имя пользователя",
                value: &raw.login,
                hint: Some("Латинские буквы и цифры, от 3 до 32 знаков"),
                error: fault_of(faults, "login"),
                autocomplete: Some("username"),
                width: Width::Medium,
                ..Field::default()
            }))
            (ui::password(Field {
                name: "password",
                label: "Пароль",
                hint: Some("Не менее 12 знаков. Проще всего запомнить несколько слов подряд"),
                error: fault_of(faults, "password"),
                autocomplete: Some("new-password"),
                ..Field::default()
            }))
            (ui::password(Field {
                name: "confirmation",
                label: "Подтверждение пароля",
                error: fault_of(faults, "confirmation"),
                autocomplete: Some("new-password"),
                ..Field::default()
            }))
            (ui::button("Зарегистрироваться"))
        },
    )
}

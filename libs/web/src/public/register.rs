//! `/register`: a teacher registers alone (R-ACC-3). The form serves invitations, too.

use app::{FieldFault, accounts::NewAccount};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Field, Flavour, Form, Width};

use crate::{
    Web,
    error::Result,
    form::Posted,
    limits::{Address, Limit},
    page::{Page, fault_of},
    public::{STALE_FORM, login::enter},
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
pub async fn get(visit: Guest) -> Markup {
    page(&visit, &Raw::default(), &[])
}

/// Registers, signs in, leads on.
pub async fn post(
    visit: Guest,
    State(web): State<Web>,
    from: Address,
    posted: Posted<Raw>,
) -> Result<Response> {
    Ok(match register(&visit, &web, from, posted, None).await? {
        Ok(done) => done,
        Err(again) => (again.status, page(&visit, &again.raw, &again.faults)).into_response(),
    })
}

/// Registers and signs in, with an invitation's token if there is one.
pub(super) async fn register(
    visit: &Visit,
    web: &Web,
    from: Address,
    posted: Posted<Raw>,
    invitation: Option<&str>,
) -> Result<Result<Response, Again>> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            return Ok(Err(Again {
                status: StatusCode::FORBIDDEN,
                raw,
                faults: vec![FieldFault::new("", STALE_FORM)],
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
            enter(visit, entered, false).await?;
            Ok(Ok(Redirect::to("/cabinet").into_response()))
        }
        Err(app::Error::Invalid(faults)) => Ok(Err(Again {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            raw,
            faults,
        })),
        Err(error) => Err(error.into()),
    }
}

fn page(visit: &Visit, raw: &Raw, faults: &[FieldFault]) -> Markup {
    Page::new(visit, "Регистрация")
        .faults(faults)
        .flavour(Flavour::Reading)
        .render(html! {
            p { "Регистрируются сами только педагогические работники. Координаторы и специалисты получают приглашение по электронной почте." }
            (form(visit, "/register", raw, faults))
            p { "Уже есть учётная запись? " a class="govuk-link" href="/login" { "Войдите" } }
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

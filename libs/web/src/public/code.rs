//! `/login/code`: «Код подтверждения», for whoever has proved itself once and has a second factor
//! (SEC-47). The session is nobody's until the code is right.

use app::FieldFault;
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
    error::{Error, Result},
    form::{Posted, stale_form},
    limits::{Address, Limit},
    page::{Page, fault_of},
    public::arrival::Arrival,
    session::HALF,
    visit::{Guest, Visit},
};

/// What is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    code: String,
}

/// The page.
pub async fn get(visit: Guest) -> Result<Response> {
    Ok(match Arrival::halfway(&visit).await? {
        Some(_) => page(&visit, &[]).into_response(),
        None => Redirect::to("/login").into_response(),
    })
}

/// Takes the code, within the limits of sign-in.
pub async fn post(
    visit: Guest,
    State(web): State<Web>,
    from: Address,
    posted: Posted<Raw>,
) -> Result<Response> {
    let Some(arrival) = Arrival::halfway(&visit).await? else {
        return Err(Error::First("/login".to_owned()));
    };
    let Ok(raw) = posted.accept() else {
        return Ok((StatusCode::FORBIDDEN, page(&visit, &stale_form())).into_response());
    };
    let limits = [
        Limit::login_address(&web, from),
        Limit::code(&web, arrival.account),
    ];
    for limit in &limits {
        limit.take(&web).await?;
    }
    match web.app.take_code(arrival.person(&visit), &raw.code).await {
        Ok(()) => {
            for limit in &limits {
                limit.give_back(&web).await?;
            }
            visit.drop_key(HALF).await?;
            arrival.begin(&visit, &web).await
        }
        Err(app::Error::Invalid(faults)) => {
            let page = page(&visit, &faults);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn page(visit: &Visit, faults: &[FieldFault]) -> Markup {
    Page::new(visit, "Код подтверждения")
        .faults(faults)
        .flavour(Flavour::Reading)
        .render(html! {
            p { "Введите код, который показывает приложение на Вашем устройстве. Если устройства нет под рукой, введите один из кодов восстановления." }
            (ui::form(
                Form { action: "/login/code", csrf: &visit.csrf, ..Form::default() },
                html! {
                    (ui::text(Field {
                        name: "code",
                        label: "Код подтверждения",
                        error: fault_of(faults, "code"),
                        autocomplete: Some("one-time-code"),
                        width: Width::Medium,
                        ..Field::default()
                    }))
                    (ui::button("Подтвердить"))
                },
            ))
            p { a class="govuk-link" href="/login" { "Войти под другим именем" } }
        })
}

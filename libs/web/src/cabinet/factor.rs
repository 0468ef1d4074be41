//! `/profile/factor`: «Второй фактор» (SEC-47): turned on by a first code, off after a proof. Its
//! recovery codes are shown once, by the answer that made them.

use app::{FieldFault, accounts::factor::Factor};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{Markup, html};
use qrcode::{QrCode, render::svg};
use serde::Deserialize;
use ui::{ActionButton, Field, Flavour, Form, Width};

use crate::{
    Web,
    cabinet::{FACTOR, acting, confirm, ended, identities},
    error::Result,
    form::{Posted, stale_form},
    limits::Limit,
    page::{Page, fault_of},
    session::Signed,
    visit::Person,
};

pub(super) const HEADING: &str = "Второй фактор";

/// What is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    code: String,
}

/// The page.
pub async fn get(at: Person, State(web): State<Web>) -> Result<Markup> {
    let factor = ended(&at, web.app.factor(acting(&at)?).await).await?;
    Ok(page(&at, &factor, &[]))
}

/// Makes a secret to be shown.
pub async fn begin(
    at: Person,
    State(web): State<Web>,
    posted: Posted<identities::Raw>,
) -> Result<Response> {
    posted.take()?;
    if !at.signed()?.proved_lately() {
        return Err(confirm::first(FACTOR));
    }
    ended(&at, web.app.begin_factor(acting(&at)?).await).await?;
    Ok(Redirect::to(FACTOR).into_response())
}

/// Turns it on by a first code.
pub async fn post(at: Person, State(web): State<Web>, posted: Posted<Raw>) -> Result<Response> {
    let person = acting(&at)?;
    let (status, faults) = match posted.accept() {
        Err(_) => (StatusCode::FORBIDDEN, stale_form()),
        Ok(raw) => {
            if !at.signed()?.proved_lately() {
                return Err(confirm::first(FACTOR));
            }
            let limit = Limit::code(&web, person.account);
            limit.take(&web).await?;
            match web.app.confirm_factor(person, &raw.code).await {
                Ok(codes) => {
                    limit.give_back(&web).await?;
                    return Ok(codes_page(&at, &codes).into_response());
                }
                Err(app::Error::Invalid(faults)) => (StatusCode::UNPROCESSABLE_ENTITY, faults),
                Err(error) => return ended(&at, Err(error)).await,
            }
        }
    };
    let factor = ended(&at, web.app.factor(person).await).await?;
    Ok((status, page(&at, &factor, &faults)).into_response())
}

/// Turns it off.
pub async fn off(
    at: Person,
    State(web): State<Web>,
    posted: Posted<identities::Raw>,
) -> Result<Response> {
    posted.take()?;
    if !at.signed()?.proved_lately() {
        return Err(confirm::first(FACTOR));
    }
    ended(&at, web.app.drop_factor(acting(&at)?).await).await?;
    // A cabinet that wants one is left with it.
    if let Some(cabinet) = at.cabinet()
        && web.app.lacks_factor(acting(&at)?, cabinet.role).await?
        && !at.signed()?.passkey
    {
        at.sign_in(&Signed {
            cabinet: None,
            ..at.signed()?.clone()
        })
        .await?;
    }
    at.notify("Второй фактор выключен").await?;
    Ok(Redirect::to(FACTOR).into_response())
}

fn page(at: &Person, factor: &Factor, faults: &[FieldFault]) -> Markup {
    let lately = at
        .signed
        .as_ref()
        .is_some_and(|signed| signed.proved_lately());
    let act = |action: &str, label| {
        ui::action_button(ActionButton {
            action,
            csrf: &at.csrf,
            label,
            ..ActionButton::default()
        })
    };
    Page::new(at, HEADING)
        .back("/profile")
        .faults(faults)
        .flavour(Flavour::Reading)
        .render(html! {
            p { "Кроме пароля при входе спрашивается код из приложения на Вашем устройстве. Чужому, который узнал пароль, этого не хватит." }
            @if !lately {
                p { (state(factor)) }
                p { a class="govuk-link" href=(confirm::address(FACTOR)) { "Изменить" } }
            } @else {
                @match factor {
                    Factor::Off => (act("/profile/factor/begin", "Включить")),
                    Factor::Begun { secret, address } => {
                        p { "Откройте приложение для одноразовых кодов, добавьте в нём запись по картинке или введите ключ, затем введите код, который оно покажет." }
                        @if let Some(picture) = picture(address) {
                            p { img src=(picture) alt="Картинка для приложения: тот же ключ" width="220" height="220"; }
                        }
                        p { "Ключ: " strong { (secret) } }
                        (ui::form(
                            Form { action: FACTOR, csrf: &at.csrf, ..Form::default() },
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
                        (act("/profile/factor/off", "Не включать"))
                    }
                    Factor::On { .. } => {
                        p { (state(factor)) }
                        (act("/profile/factor/off", "Выключить"))
                    }
                }
            }
        })
}

fn state(factor: &Factor) -> String {
    match factor {
        Factor::On { codes } => format!("Включён. Кодов восстановления осталось: {codes}."),
        Factor::Off | Factor::Begun { .. } => "Выключен.".to_owned(),
    }
}

/// The codes that are shown this once.
fn codes_page(at: &Person, codes: &[String]) -> Markup {
    Page::new(at, "Коды восстановления")
        .flavour(Flavour::Reading)
        .render(html! {
            (ui::warning("Второй фактор включён. Запишите эти коды и храните отдельно от устройства: больше они показаны не будут."))
            p { "Если устройства нет под рукой, вместо кода подтверждения можно ввести один из них. Каждый действует один раз." }
            ul class="govuk-list" { @for code in codes { li { code { (code) } } } }
            p { a class="govuk-link" href="/profile" { "Продолжить" } }
        })
}

/// The address drawn as a picture that stands in the page itself; none if it does not fit one.
fn picture(address: &str) -> Option<String> {
    let drawn = QrCode::new(address).ok()?;
    let drawn = drawn
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    Some(format!(
        "data:image/svg+xml;base64,{}",
        STANDARD.encode(drawn)
    ))
}

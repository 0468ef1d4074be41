//! `/password/forgot` and `/password/reset/{token}` (R-ACC-5, SEC-45).

use app::FieldFault;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Field, Flavour, Form, Width};

use crate::{
    Web,
    error::{Error, Result},
    form::{Posted, STALE_FORM},
    limits::{Address, Limit},
    page::{Page, fault_of},
    visit::{Guest, Visit},
};

/// The same whether or not there is such a login.
const SENT: &str = "Если такая учётная запись есть и в ней указан адрес электронной почты, письмо со ссылкой отправлено. Ссылка действует 30 минут.";

/// Whose password is forgotten.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Forgotten {
    login: String,
}

/// The new password.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Chosen {
    password: String,
    confirmation: String,
}

/// The page that asks for the login.
pub async fn forgot(visit: Guest) -> Markup {
    forgot_page(&visit, &Forgotten::default(), &[])
}

/// Sends the link, or does nothing: the answer is the same.
pub async fn forgot_post(
    visit: Guest,
    State(web): State<Web>,
    from: Address,
    posted: Posted<Forgotten>,
) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let faults = [FieldFault::new("", STALE_FORM)];
            return Ok((StatusCode::FORBIDDEN, forgot_page(&visit, &raw, &faults)).into_response());
        }
    };
    if raw.login.trim().is_empty() {
        let faults = [FieldFault::new("login", "Введите логин")];
        let page = forgot_page(&visit, &raw, &faults);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    Limit::forgot_address(&web, from).take(&web).await?;
    // Too many letters to one account are not sent, and that is not told either.
    match Limit::forgot_account(&web, &raw.login).take(&web).await {
        Ok(()) => web.app.forget_password(&raw.login).await?,
        Err(Error::TooMany { .. }) => {}
        Err(error) => return Err(error),
    }
    visit.notify(SENT).await?;
    Ok(Redirect::to("/password/forgot").into_response())
}

/// The page that takes the new password. Looking does not use the link.
pub async fn reset(
    visit: Guest,
    State(web): State<Web>,
    Path(token): Path<String>,
) -> Result<Response> {
    Ok(match web.app.password_link(&token).await {
        Ok(login) => reset_page(&visit, &token, login.as_str(), &[]).into_response(),
        Err(app::Error::NotFound) => dead(&visit),
        Err(error) => return Err(error.into()),
    })
}

/// Sets the password.
pub async fn reset_post(
    visit: Guest,
    State(web): State<Web>,
    Path(token): Path<String>,
    posted: Posted<Chosen>,
) -> Result<Response> {
    let login = match web.app.password_link(&token).await {
        Ok(login) => login,
        Err(app::Error::NotFound) => return Ok(dead(&visit)),
        Err(error) => return Err(error.into()),
    };
    let again = |status, faults: &[FieldFault]| {
        (status, reset_page(&visit, &token, login.as_str(), faults)).into_response()
    };
    let Ok(raw) = posted.accept() else {
        return Ok(again(
            StatusCode::FORBIDDEN,
            &[FieldFault::new("", STALE_FORM)],
        ));
    };
    let outcome = web
        .app
        .reset_password(&token, &raw.password, &raw.confirmation)
        .await;
    Ok(match outcome {
        Ok(()) => {
            visit.sign_out().await?;
            visit
                .notify("Пароль изменён. Войдите с новым паролем.")
                .await?;
            Redirect::to("/login").into_response()
        }
        Err(app::Error::Invalid(faults)) => again(StatusCode::UNPROCESSABLE_ENTITY, &faults),
        Err(app::Error::NotFound) => dead(&visit),
        Err(error) => return Err(error.into()),
    })
}

fn forgot_page(visit: &Visit, raw: &Forgotten, faults: &[FieldFault]) -> Markup {
    Page::new(visit, "Сброс пароля")
        .faults(faults)
        .flavour(Flavour::Reading)
        .render(html! {
            p { "На адрес электронной почты, указанный в учётной записи, придёт ссылка для нового пароля. Если Вы забыли и логин, его подскажет муниципальный координатор." }
            p { "Если этот адрес исправили по Вашей просьбе, ссылку можно получить через 24 часа после исправления, а раньше — с помощью оператора." }
            (ui::form(
                Form { action: "/password/forgot", csrf: &visit.csrf, ..Form::default() },
                html! {
                    (ui::text(Field {
                        name: "login",
                        label: "Введите логин",
                        value: &raw.login,
                        error: fault_of(faults, "login"),
                        autocomplete: Some("username"),
                        width: Width::Medium,
                        ..Field::default()
                    }))
                    (ui::button("Сбросить пароль"))
                },
            ))
            p { a class="govuk-link" href="/login" { "Вернуться ко входу" } }
        })
}

fn reset_page(visit: &Visit, token: &str, login: &str, faults: &[FieldFault]) -> Markup {
    let action = format!("/password/reset/{token}");
    Page::new(visit, "Новый пароль")
        .faults(faults)
        .flavour(Flavour::Reading)
        .render(html! {
            p { "Имя пользователя: " strong { (login) } }
            (ui::form(
                Form { action: &action, csrf: &visit.csrf, ..Form::default() },
                html! {
                    (ui::password(Field {
                        name: "password",
                        label: "Новый пароль",
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
                    (ui::button("Сохранить"))
                },
            ))
        })
}

/// A link that is used, expired or was never sent.
fn dead(visit: &Visit) -> Response {
    let page = Page::new(visit, "Новый пароль")
        .flavour(Flavour::Reading)
        .render(html! {
            p class="govuk-body-l" { "Ссылка уже использована, устарела или скопирована не полностью." }
            p { a class="govuk-link" href="/password/forgot" { "Запросить новую ссылку" } }
        });
    (StatusCode::GONE, page).into_response()
}

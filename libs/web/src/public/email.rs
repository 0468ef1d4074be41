//! `/email/confirm/{token}`: an address proves that it receives letters (R-ACC-6).

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use ui::{Flavour, Form};

use crate::{
    Web,
    error::Result,
    form::Posted,
    page::Page,
    public::logout,
    visit::{Guest, Visit},
};

const HEADING: &str = "Подтверждение адреса";

/// The page. Looking does not use the link: link scanners look, too.
pub async fn get(
    visit: Guest,
    State(web): State<Web>,
    Path(token): Path<String>,
) -> Result<Response> {
    Ok(match web.app.email_link(&token).await {
        Ok(new) => {
            let action = format!("/email/confirm/{token}");
            Page::new(&visit, HEADING)
                .flavour(Flavour::Reading)
                .render(html! {
                    @match new {
                        Some(email) => p { "Новый адрес электронной почты: " strong { (email) } },
                        None => p { "Нажмите кнопку, чтобы подтвердить адрес электронной почты, на который пришло письмо." },
                    }
                    (ui::form(
                        Form { action: &action, csrf: &visit.csrf, ..Form::default() },
                        ui::button("Подтвердить"),
                    ))
                })
                .into_response()
        }
        Err(error) => dead(&visit, error)?,
    })
}

/// Confirms.
pub async fn post(
    visit: Guest,
    State(web): State<Web>,
    Path(token): Path<String>,
    posted: Posted<logout::Raw>,
) -> Result<Response> {
    posted.take()?;
    Ok(match web.app.confirm_email(&token).await {
        Ok(()) => {
            visit.notify("Адрес электронной почты подтверждён").await?;
            let on = if visit.signed.is_some() {
                "/profile"
            } else {
                "/login"
            };
            Redirect::to(on).into_response()
        }
        Err(error) => dead(&visit, error)?,
    })
}

fn dead(visit: &Visit, error: app::Error) -> Result<Response> {
    if !matches!(error, app::Error::NotFound) {
        return Err(error.into());
    }
    let page = Page::new(visit, HEADING)
        .flavour(Flavour::Reading)
        .render(html! {
            p class="govuk-body-l" { "Ссылка уже использована, устарела или скопирована не полностью. Новую можно получить, сохранив адрес в личном кабинете ещё раз." }
        });
    Ok((StatusCode::GONE, page).into_response())
}

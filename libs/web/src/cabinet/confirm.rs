//! `/profile/confirm`: «Подтвердите, что это Вы». Before changing how one signs in the person
//! proves itself anew, by its password (SEC-48); that is good for five minutes.

use app::FieldFault;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use tower_sessions::cookie::time::OffsetDateTime;
use ui::{Field, Flavour, Form};

use crate::{
    Web,
    cabinet::{acting, ended},
    error::{Error, Result},
    form::{Posted, stale_form},
    limits::{Address, Limit},
    page::{Page, fault_of},
    public::local,
    session::Signed,
    visit::Person,
};

/// The page that is to be opened afterwards.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    next: String,
}

/// What is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    password: String,
    next: String,
}

/// The way here from a page that wants a proof, and back to it.
pub(super) fn first(page: &str) -> Error {
    Error::First(address(page))
}

/// The address of this page for one that wants a proof.
pub(super) fn address(page: &str) -> String {
    format!("/profile/confirm?next={page}")
}

/// The page.
pub async fn get(at: Person, State(web): State<Web>, Query(asked): Query<Asked>) -> Result<Markup> {
    let ways = ended(&at, web.app.ways_in(acting(&at)?).await).await?;
    Ok(page(&at, ways.password, &asked.next, &[]))
}

/// Compares the password, within the limits of sign-in.
pub async fn post(
    at: Person,
    State(web): State<Web>,
    from: Address,
    posted: Posted<Raw>,
) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let page = page(&at, true, &raw.next, &stale_form());
            return Ok((StatusCode::FORBIDDEN, page).into_response());
        }
    };
    let signed = at.signed()?;
    let limits = [
        Limit::login_address(&web, from),
        Limit::login_account(&web, &signed.login),
    ];
    for limit in &limits {
        limit.take(&web).await?;
    }
    match web.app.prove(acting(&at)?, &raw.password).await {
        Ok(()) => {
            for limit in &limits {
                limit.give_back(&web).await?;
            }
            at.sign_in(&Signed {
                proved: OffsetDateTime::now_utc().unix_timestamp(),
                ..signed.clone()
            })
            .await?;
            let next = local(&raw.next).unwrap_or("/profile");
            Ok(Redirect::to(next).into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let page = page(&at, true, &raw.next, &faults);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        outcome => ended(&at, outcome)
            .await
            .map(|()| Redirect::to("/profile").into_response()),
    }
}

fn page(at: &Person, password: bool, next: &str, faults: &[FieldFault]) -> Markup {
    Page::new(at, "Подтвердите, что это Вы")
        .back("/profile")
        .faults(faults)
        .flavour(Flavour::Reading)
        .render(html! {
            @if password {
                p { "Способы входа меняются и данные удаляются только после проверки пароля. Её хватает на 5 минут." }
                (ui::form(
                    Form { action: "/profile/confirm", csrf: &at.csrf, ..Form::default() },
                    html! {
                        (ui::hidden("next", next))
                        (ui::password(Field {
                            name: "password",
                            label: "Пароль",
                            error: fault_of(faults, "password"),
                            ..Field::default()
                        }))
                        (ui::button("Продолжить"))
                    },
                ))
            } @else {
                p { "У Вашей учётной записи нет пароля. Выйдите и войдите снова: в течение 5 минут после входа способы входа можно менять, а данные — удалить." }
                p { "Пароль можно задать по ссылке из письма: " a class="govuk-link" href="/password/forgot" { "Забыли пароль?" } }
            }
        })
}

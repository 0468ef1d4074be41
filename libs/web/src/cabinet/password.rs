//! `/profile/password`: «Смена пароля» by the old one (SEC-48). Every other session ends, this one
//! goes on under a new id (SEC-21, SEC-23). A forgotten password is the public pages'.

use app::FieldFault;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use tower_sessions::cookie::time::OffsetDateTime;
use ui::{Field, Flavour, Form};

use crate::{
    Web,
    cabinet::{PASSWORD, acting, ended},
    error::Result,
    form::{Posted, stale_form},
    limits::{Address, Limit},
    page::{Page, fault_of},
    session::Signed,
    visit::Person,
};

pub(super) const HEADING: &str = "Смена пароля";

/// What is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    old: String,
    password: String,
    confirmation: String,
}

/// The page.
pub async fn get(at: Person, State(web): State<Web>) -> Result<Markup> {
    let ways = ended(&at, web.app.ways_in(acting(&at)?).await).await?;
    Ok(page(&at, ways.password, &[]))
}

/// Changes it, within the limits of sign-in.
pub async fn post(
    at: Person,
    State(web): State<Web>,
    from: Address,
    posted: Posted<Raw>,
) -> Result<Response> {
    let Ok(raw) = posted.accept() else {
        return Ok((StatusCode::FORBIDDEN, page(&at, true, &stale_form())).into_response());
    };
    let signed = at.signed()?;
    let limits = [
        Limit::login_address(&web, from),
        Limit::login_account(&web, &at.device, &signed.login),
    ];
    for limit in &limits {
        limit.take(&web).await?;
    }
    let changed = web
        .app
        .change_password(acting(&at)?, &raw.old, &raw.password, &raw.confirmation)
        .await;
    if !wrong_old(&changed) {
        for limit in &limits {
            limit.give_back(&web).await?;
        }
    }
    match changed {
        Ok(epoch) => {
            at.sign_in(&Signed {
                epoch,
                proved: OffsetDateTime::now_utc().unix_timestamp(),
                ..signed.clone()
            })
            .await?;
            at.notify("Пароль изменён. Все другие Ваши сеансы завершены.")
                .await?;
            Ok(Redirect::to("/profile").into_response())
        }
        Err(app::Error::Invalid(faults)) => {
            let page = page(&at, true, &faults);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => ended(&at, Err(error)).await,
    }
}

/// Whether it was a guess at the old password, which alone is counted.
fn wrong_old(changed: &app::Result<i32>) -> bool {
    match changed {
        Err(app::Error::Invalid(faults)) => faults.iter().any(|fault| fault.field == "old"),
        _ => false,
    }
}

fn page(at: &Person, has_one: bool, faults: &[FieldFault]) -> Markup {
    let field = |name, label, autocomplete| Field {
        name,
        label,
        error: fault_of(faults, name),
        autocomplete: Some(autocomplete),
        ..Field::default()
    };
    Page::new(at, HEADING)
        .back("/profile")
        .faults(faults)
        .flavour(Flavour::Reading)
        .render(html! {
            @if has_one {
                (ui::form(
                    Form { action: PASSWORD, csrf: &at.csrf, ..Form::default() },
                    html! {
                        (ui::password(field("old", "Старый пароль", "current-password")))
                        (ui::password(Field {
                            hint: Some("Не менее 12 знаков. Проще всего запомнить несколько слов подряд"),
                            ..field("password", "Новый пароль", "new-password")
                        }))
                        (ui::password(field("confirmation", "Подтверждение пароля", "new-password")))
                        (ui::button("Сохранить"))
                    },
                ))
                p { a class="govuk-link" href="/password/forgot" { "Забыли пароль?" } }
            } @else {
                p { "У Вашей учётной записи нет пароля: Вы входите через другую систему. Пароль можно задать по ссылке из письма." }
                p { a class="govuk-link" href="/password/forgot" { "Задать пароль" } }
            }
        })
}

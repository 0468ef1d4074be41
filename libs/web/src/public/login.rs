//! `/login`, everybody's and a municipality's own (see [`Door`]).

use app::{FieldFault, accounts::Entered};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use tower_sessions::cookie::time::OffsetDateTime;
use ui::{Checkbox, Field, Form, Width};

use crate::{
    Web,
    door::Door,
    error::{Error, Result},
    form::{Posted, STALE_FORM},
    limits::{Address, Limit},
    page::{Page, fault_of},
    public::local,
    session::Signed,
    visit::{Guest, Visit},
};

/// Where to go afterwards.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    next: String,
}

/// What is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Raw {
    login: String,
    password: String,
    remember: String,
    next: String,
}

/// The page. Who is signed in is led to its cabinet: it stands elsewhere now, perhaps (R-ACC-7).
pub async fn get(visit: Guest, door: Door, Query(asked): Query<Asked>) -> Response {
    if visit.signed.is_some() && door.slug().is_none() {
        return Redirect::to("/cabinet").into_response();
    }
    let raw = Raw {
        next: asked.next,
        ..Raw::default()
    };
    match door.closed(&visit) {
        Some(closed) => closed,
        None => page(&visit, &door, &raw, &[]).into_response(),
    }
}

/// Signs in.
pub async fn post(
    visit: Guest,
    State(web): State<Web>,
    door: Door,
    from: Address,
    posted: Posted<Raw>,
) -> Result<Response> {
    match door.closed(&visit) {
        Some(closed) => Ok(closed),
        None => sign_in(&visit, &web, from, &door, posted).await,
    }
}

async fn sign_in(
    visit: &Guest,
    web: &Web,
    from: Address,
    door: &Door,
    posted: Posted<Raw>,
) -> Result<Response> {
    let raw = match posted.accept() {
        Ok(raw) => raw,
        Err(raw) => {
            let faults = [FieldFault::new("", STALE_FORM)];
            return Ok((StatusCode::FORBIDDEN, page(visit, door, &raw, &faults)).into_response());
        }
    };
    let faults = empty(&raw);
    if !faults.is_empty() {
        return Ok(refusal(visit, door, &raw, &faults));
    }
    match guarded(web, from, &raw, door.slug()).await {
        Ok(entered) => {
            let remember = !raw.remember.is_empty();
            let person = enter(visit, entered, remember, door).await?;
            // «Войти и принять приглашение» came here with the invitation as `next`.
            let next = local(&raw.next);
            if let Some(token) = next.and_then(|next| next.strip_prefix("/invitation/")) {
                return Ok(match web.app.accept_invitation(person, token).await {
                    Ok(()) => Redirect::to("/cabinet/choose").into_response(),
                    Err(app::Error::Illegal(_) | app::Error::NotFound) => {
                        Redirect::to(next.unwrap_or("/cabinet")).into_response()
                    }
                    Err(error) => return Err(error.into()),
                });
            }
            let on = match next {
                Some(next) if next != "/" => {
                    let encoded: String =
                        url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
                    format!("/cabinet?next={encoded}")
                }
                _ => "/cabinet".to_owned(),
            };
            Ok(Redirect::to(&on).into_response())
        }
        Err(Error::Invalid(faults)) => Ok(refusal(visit, door, &raw, &faults)),
        Err(error) => Err(error),
    }
}

/// The verb behind its limits: a failure is counted before it is known to be one, and taken
/// back when it was none.
async fn guarded(web: &Web, from: Address, raw: &Raw, slug: Option<&str>) -> Result<Entered> {
    let of_address = Limit::login_address(web, from);
    let of_account = Limit::login_account(web, &raw.login);
    of_address.take(web).await?;
    if let Err(error) = of_account.take(web).await {
        of_address.give_back(web).await?;
        return Err(error);
    }
    let outcome = web.app.sign_in(&raw.login, &raw.password, slug).await;
    if !matches!(outcome, Err(app::Error::Invalid(_))) {
        of_address.give_back(web).await?;
        of_account.give_back(web).await?;
    }
    Ok(outcome?)
}

/// Begins the session of a person under a new id (SEC-21).
pub(super) async fn enter(
    visit: &Visit,
    entered: Entered,
    remember: bool,
    door: &Door,
) -> Result<app::accounts::Person> {
    let person = app::accounts::Person {
        account: entered.account,
        epoch: entered.epoch,
        request: visit.request,
    };
    visit
        .sign_in(&Signed {
            account: entered.account,
            epoch: entered.epoch,
            login: entered.login,
            cabinet: None,
            several: false,
            door: door.remembered(),
            remember,
            since: OffsetDateTime::now_utc().unix_timestamp(),
        })
        .await?;
    Ok(person)
}

fn empty(raw: &Raw) -> Vec<FieldFault> {
    [
        ("login", &raw.login, "Введите имя пользователя"),
        ("password", &raw.password, "Введите пароль"),
    ]
    .into_iter()
    .filter(|(_, typed, _)| typed.trim().is_empty())
    .map(|(field, _, words)| FieldFault::new(field, words))
    .collect()
}

fn refusal(visit: &Visit, door: &Door, raw: &Raw, faults: &[FieldFault]) -> Response {
    (
        StatusCode::UNPROCESSABLE_ENTITY,
        page(visit, door, raw, faults),
    )
        .into_response()
}

fn page(visit: &Visit, door: &Door, raw: &Raw, faults: &[FieldFault]) -> Markup {
    let frame = door.frame(Page::new(visit, "Войти").faults(faults));
    let accepting = raw.next.starts_with("/invitation/");
    frame.render(html! {
        (door.contacts())
        @if accepting { (ui::inset(html! { p { "После входа приглашение будет принято." } })) }
        (ui::form(
            Form { action: &door.address("/login"), csrf: &visit.csrf, ..Form::default() },
            html! {
                (ui::hidden("next", &raw.next))
                (ui::text(Field {
                    name: "login",
                    label: "Имя пользователя",
                    value: &raw.login,
                    error: fault_of(faults, "login"),
                    autocomplete: Some("username"),
                    width: Width::Medium,
                    ..Field::default()
                }))
                (ui::password(Field {
                    name: "password",
                    label: "Пароль",
                    error: fault_of(faults, "password"),
                    ..Field::default()
                }))
                (ui::checkbox(Checkbox {
                    name: "remember",
                    label: "Запомнить меня",
                    checked: !raw.remember.is_empty(),
                    ..Checkbox::default()
                }))
                (ui::button("Войти"))
            },
        ))
        p { "Ещё нет учётной записи? " a class="govuk-link" href=(door.address("/register")) { "Зарегистрируйтесь" } }
        p { a class="govuk-link" href="/password/forgot" { "Забыли пароль?" } }
        (door.way_out())
    })
}
